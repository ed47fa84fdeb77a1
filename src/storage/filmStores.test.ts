import { beforeEach, expect, test, vi } from "vitest";
import { holdFilms } from "./filmLock";
import { openFilmReader } from "./filmReader";
import { listFilmStores, removeFilmStore } from "./filmStores";
import { openFilmWriter } from "./filmWriter";
import { createMemoryDirectory, type MemoryDirectory } from "./memoryDirectory";
import { createTestLocks } from "./testLocks";

beforeEach(() => vi.stubGlobal("navigator", { locks: createTestLocks() }));

async function fill(root: MemoryDirectory, store: string, size: number, films: number): Promise<string> {
  const writer = await openFilmWriter(store, size, root);
  for (let i = 0; i < films; i++) await writer.append({ film: `film${i}`, grading: "bytes" }, new Uint8Array(size * size));
  writer.close();
  return writer.reference;
}

test("sets are listed with their films and bytes, the largest first, and go one by one", async () => {
  const root = createMemoryDirectory();
  expect(await listFilmStores(root)).toEqual([]);
  const small = await fill(root, "small", 32, 3);
  await fill(root, "large", 64, 5);
  await fill(root, "empty", 64, 0);
  const listed = await listFilmStores(root);
  expect(listed.map(({ store, imageSize, films }) => [store, imageSize, films])).toEqual([
    ["large", 64, 5],
    ["small", 32, 3],
    ["empty", 64, 0],
  ]);
  expect(listed[1]?.bytes).toBeGreaterThan(3 * 32 * 32);
  await removeFilmStore("large", root);
  await removeFilmStore("large", root);
  expect((await listFilmStores(root)).map(({ store }) => store)).toEqual(["small", "empty"]);
  (await openFilmReader(small, root)).close();
  await removeFilmStore("small", root);
  await expect(openFilmReader(small, root)).rejects.toMatchObject({ code: "filmsNotPrepared" });
});

test("a set that is in use stays, and goes once nothing uses it", async () => {
  const root = createMemoryDirectory();
  const reference = await fill(root, "used", 32, 3);
  const [one, other] = await Promise.all([1, 2].map(() => holdFilms(reference, () => openFilmReader(reference, root))));
  const refusal = { code: "badSettings", at: "used" };
  await expect(removeFilmStore("used", root)).rejects.toMatchObject(refusal);
  one?.close();
  await expect(removeFilmStore("used", root)).rejects.toMatchObject(refusal);
  expect((await other?.read(Uint32Array.of(2)))?.length).toBe(32 * 32);
  other?.close();
  await expect(holdFilms("used", () => openFilmReader("nowhere", root))).rejects.toMatchObject({
    code: "filmsNotPrepared",
  });
  await removeFilmStore("used", root);
  expect(await listFilmStores(root)).toEqual([]);
});
