import { expect, test } from "vitest";
import { packKeys } from "./filmKeys";
import { openFilmReader } from "./filmReader";
import { openFilmWriter } from "./filmWriter";
import { createMemoryDirectory, type MemoryDirectory } from "./memoryDirectory";

const SIZE = 2048;
/** At this size sixteen films fill a pack. */
const PER_PACK = 16;
const named = (content: string) => ({ film: content, grading: "bytes" });
const film = (value: number) => new Uint8Array(SIZE * SIZE).fill(value);

async function fill(root: MemoryDirectory, films: number) {
  const writer = await openFilmWriter("s", SIZE, root);
  for (let i = writer.films.size; i < films; i++) await writer.append(named(`film${i}.jpg`), film(i));
  writer.close();
}
const storeOf = (root: MemoryDirectory) => {
  const films = root.entries.get("films");
  const store = films?.kind === "directory" ? films.entries.get("s") : undefined;
  if (store?.kind !== "directory") throw new Error("no store");
  return store;
};
const fileOf = (root: MemoryDirectory, name: string) => {
  const file = storeOf(root).entries.get(name);
  if (file?.kind !== "file") throw new Error(`no ${name}`);
  return file;
};

test("films come back as they were put in, across packs and in any order", async () => {
  const root = createMemoryDirectory();
  await fill(root, PER_PACK + 3);
  const reader = await openFilmReader("s", root);
  expect(reader.imageSize).toBe(SIZE);
  const read = await reader.read(Uint32Array.of(PER_PACK + 2, 0, PER_PACK, 0));
  expect(read.length).toBe(4 * SIZE * SIZE);
  expect([0, 1, 2, 3].map((i) => read[i * SIZE * SIZE])).toEqual([PER_PACK + 2, 0, PER_PACK, 0]);
  expect([...storeOf(root).entries.keys()]).toEqual(["index.jsonl", "pack-0.bin", "pack-1.bin"]);
});

test("films appended at the same time get places of their own", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", SIZE, root);
  await Promise.all(Array.from({ length: PER_PACK + 2 }, (_, i) => writer.append(named(`${i}`), film(i))));
  writer.close();
  expect([...writer.films.values()].map(({ slot }) => slot)).toEqual(Array.from({ length: PER_PACK + 2 }, (_, i) => i));
  const read = await (await openFilmReader("s", root)).read(Uint32Array.of(PER_PACK + 1));
  expect(read[0]).toBe(PER_PACK + 1);
});

test("a torn last line is dropped and its place used again", async () => {
  const root = createMemoryDirectory();
  await fill(root, 3);
  const index = fileOf(root, "index.jsonl");
  index.bytes = index.bytes.slice(0, -5);
  const writer = await openFilmWriter("s", SIZE, root);
  expect([...writer.films.keys()]).toEqual(["film0.jpg", "film1.jpg"]);
  await writer.append(named("new.jpg"), film(9));
  writer.close();
  const again = await openFilmWriter("s", SIZE, root);
  expect([...again.films]).toEqual([
    ["film0.jpg", { slot: 0, grading: "bytes" }],
    ["film1.jpg", { slot: 1, grading: "bytes" }],
    ["new.jpg", { slot: 2, grading: "bytes" }],
  ]);
  again.close();
});

test("films that a crash left unflushed are not in the index", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", SIZE, root);
  await writer.append(named("a.jpg"), film(1));
  writer.flush();
  await writer.append(named("b.jpg"), film(2));
  const index = new TextDecoder().decode(fileOf(root, "index.jsonl").bytes);
  expect(index.replaceAll("\0", "")).toBe(
    `{"imageSize":${SIZE},"slots":"${writer.reference.slice(2)}"}\n{"film":"a.jpg","grading":"bytes"}\n`,
  );
});

test("where a pack is gone its films and those after it are prepared again, and reading says so", async () => {
  const root = createMemoryDirectory();
  await fill(root, PER_PACK + 2);
  const reader = await openFilmReader("s", root);
  storeOf(root).entries.delete("pack-1.bin");
  await expect(reader.read(Uint32Array.of(PER_PACK))).rejects.toMatchObject({
    code: "filmsNotPrepared",
    message: expect.stringMatching(/Prepare films/),
  });
  const writer = await openFilmWriter("s", SIZE, root);
  expect(writer.films.size).toBe(PER_PACK);
  writer.close();
});

test("a store that is not there, or a slot beyond its end", async () => {
  const root = createMemoryDirectory();
  await expect(openFilmReader("s", root)).rejects.toMatchObject({ code: "filmsNotPrepared" });
  await fill(root, 1);
  const reader = await openFilmReader("s", root);
  await expect(reader.read(Uint32Array.of(1))).rejects.toMatchObject({ code: "filmsNotPrepared" });
});

test("full storage is said, and the films before stay, though not a byte is left for the index", async () => {
  const quota = { bytes: 2.5 * SIZE * SIZE };
  const root = createMemoryDirectory(quota);
  const writer = await openFilmWriter("s", SIZE, root);
  await writer.append(named("a.jpg"), film(1));
  await writer.append(named("b.jpg"), film(2));
  await expect(writer.append(named("c.jpg"), film(3))).rejects.toMatchObject({
    code: "storageFull",
    message: expect.stringMatching(/films prepared so far stay/),
  });
  quota.bytes = 0;
  writer.close();
  expect(new TextDecoder().decode(fileOf(root, "index.jsonl").bytes)).toBe(
    `{"imageSize":${SIZE},"slots":"${writer.reference.slice(2)}"}\n{"film":"a.jpg","grading":"bytes"}\n{"film":"b.jpg","grading":"bytes"}\n`,
  );
});

test("a store whose index was still being written is read up to its last whole line", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", SIZE, root);
  await writer.append(named("a.jpg"), film(1));
  writer.flush();
  expect(fileOf(root, "index.jsonl").bytes.at(-1)).toBe(0);
  fileOf(root, "index.jsonl").reopen();
  const again = await openFilmWriter("s", SIZE, root);
  expect([...again.films.keys()]).toEqual(["a.jpg"]);
  again.close();
});

test("many films are in the index before the store is closed", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", 1, root);
  for (let i = 0; i < 5_000; i++)
    await writer.append(named(`train/patient${i}/study1/view1_frontal.jpg`), Uint8Array.of(i % 256));
  const index = new TextDecoder().decode(fileOf(root, "index.jsonl").bytes);
  expect(index.split("\n").length).toBeGreaterThan(4_000);
  writer.close();
});

test("a second writer is told to wait", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", SIZE, root);
  await expect(openFilmWriter("s", SIZE, root)).rejects.toMatchObject({
    code: "storageFailed",
    message: expect.stringMatching(/Another tab/),
  });
  writer.close();
});

test("films are found again by what they hold where a store was prepared anew, in whatever order", async () => {
  const root = createMemoryDirectory();
  const sha = (i: number) => i.toString(16).padStart(2, "0").repeat(32);
  const write = async (...films: number[]) => {
    const writer = await openFilmWriter("s", SIZE, root);
    for (const i of films) await writer.append(named(sha(i)), film(i));
    writer.close();
    return writer.reference;
  };
  const reference = await write(...Array(PER_PACK + 1).keys());
  const part = { slots: Uint32Array.of(PER_PACK, 2), labels: new Uint8Array(2), films: packKeys([sha(PER_PACK), sha(2)]) };
  expect(await (await openFilmReader(reference, root)).locate(part)).toBe(part.slots);

  storeOf(root).entries.delete("pack-1.bin");
  // Another film comes to stand in the lost one's place.
  await write(99);
  const lost = await openFilmReader(reference, root);
  await expect(lost.locate(part)).rejects.toMatchObject({ code: "filmsNotPrepared", message: expect.stringContaining("Resume") });
  const { films: _, ...ofEarlierVersion } = part;
  await expect(lost.locate(ofEarlierVersion)).rejects.toMatchObject({ code: "filmsNotPrepared" });

  await write(PER_PACK);
  const reader = await openFilmReader(reference, root);
  const located = await reader.locate(part);
  expect([...located]).toEqual([PER_PACK + 1, 2]);
  const read = await reader.read(located);
  expect([read[0], read[SIZE * SIZE]]).toEqual([PER_PACK, 2]);
});

test("a film of the same content is kept once", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", SIZE, root);
  await Promise.all(["a", "b", "a"].map((content, i) => writer.append(named(content), film(i))));
  expect([...writer.films].map(([content, { slot }]) => [content, slot])).toEqual([
    ["a", 0],
    ["b", 1],
  ]);
  writer.close();
  expect((await (await openFilmReader("s", root)).read(Uint32Array.of(0)))[0]).toBe(0);
});

test("films are read while others are added, from full packs and from the one that grows", async () => {
  const root = createMemoryDirectory();
  await fill(root, PER_PACK + 1);
  const reader = await openFilmReader("s", root);
  expect((await reader.read(Uint32Array.of(0, PER_PACK)))[SIZE * SIZE]).toBe(PER_PACK);
  await fill(root, PER_PACK + 3);
  const read = await reader.read(Uint32Array.of(1, PER_PACK + 2));
  expect([read[0], read[SIZE * SIZE]]).toEqual([1, PER_PACK + 2]);
  reader.close();
  // Nobody holds a file any more: a full pack can be opened for writing.
  await (await storeOf(root).getFileHandle("pack-0.bin")).createSyncAccessHandle?.();
});

test("a full pack that a writer still holds is read all the same", async () => {
  const root = createMemoryDirectory();
  const writer = await openFilmWriter("s", SIZE, root);
  for (let i = 0; i < PER_PACK; i++) await writer.append(named(`${i}`), film(i));
  writer.flush();
  const reader = await openFilmReader("s", root);
  expect((await reader.read(Uint32Array.of(3)))[0]).toBe(3);
  reader.close();
  writer.close();
});
