import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { LabError } from "../../protocol/labError";
import { readList } from "../folder/folderList";
import { filmsPerBatch, type ReadBatch, readBatches, withoutFilms } from "./filmBatch";

async function readAll(files: Record<string, Blob>, paths = Object.keys(files)) {
  const known = Object.keys(files);
  const folder = readList("films", known, async (place) => files[known[place] ?? ""] ?? new Blob());
  const setAside: string[][] = [];
  const batches: ReadBatch[] = [];
  for await (const batch of readBatches(folder, paths, (path, reason) => setAside.push([path, reason]))) batches.push(batch);
  return { batches, setAside };
}

test("films are read together, their bytes one after another", async () => {
  const { batches, setAside } = await readAll({ a: new Blob(["first"]), b: new Blob([]), c: new Blob(["third!"]) });
  expect(batches).toMatchObject([{ paths: ["a", "b", "c"], lengths: [5, 0, 6] }]);
  expect(new TextDecoder().decode(batches[0]?.bytes)).toBe("firstthird!");
  expect(setAside).toEqual([]);
});

test("each film comes with its file and what tells that from others", async () => {
  const files = { a: new Blob(["first"]), b: new Blob(["second"]) };
  const { batches } = await readAll(files);
  expect(batches[0]?.films).toEqual([
    { path: "a", file: files.a, sha256: createHash("sha256").update("first").digest("hex") },
    { path: "b", file: files.b, sha256: createHash("sha256").update("second").digest("hex") },
  ]);
});

test("what is taken out of a batch leaves the others whole", async () => {
  const { batches } = await readAll({ a: new Blob(["first"]), b: new Blob(["second"]), c: new Blob(["third"]) });
  const [batch] = batches;
  if (!batch) throw new Error("no batch");
  const left = withoutFilms(batch, new Set(batch.films.filter(({ path }) => path === "b")));
  expect(left).toMatchObject({ paths: ["a", "c"], lengths: [5, 5], films: [{ path: "a" }, { path: "c" }] });
  expect(new TextDecoder().decode(left.bytes)).toBe("firstthird");
  expect(withoutFilms(batch, new Set())).toBe(batch);
});

test("a batch ends before it holds more bytes than it may; a larger film travels by itself", async () => {
  const file = (megabytes: number) => new Blob([new Uint8Array(megabytes * 2 ** 20)]);
  const { batches } = await readAll({ a: file(1), b: file(3), c: file(1), d: file(9), e: file(1) });
  expect(batches.map(({ paths }) => paths)).toEqual([["a", "b"], ["c"], ["d"], ["e"]]);
});

test("a film that is not there is set aside, and one that cannot be read costs no other", async () => {
  // As in a browser, where a blob that holds a file which changed cannot be read either.
  const read = Blob.prototype.arrayBuffer;
  Blob.prototype.arrayBuffer = async function () {
    const bytes = await read.call(this);
    if (new TextDecoder().decode(bytes).includes("lost")) throw new DOMException("The file changed.", "NotReadableError");
    return bytes;
  };
  try {
    const { batches, setAside } = await readAll({ a: new Blob(["first"]), b: new Blob(["lost"]), c: new Blob(["third"]) }, [
      "a",
      "b",
      "c",
      "d",
    ]);
    expect(batches.map(({ paths }) => paths)).toEqual([["a"], ["c"]]);
    expect(setAside).toEqual([
      ["d", expect.stringContaining("d cannot be read")],
      ["b", "The file cannot be read (The file changed.)."],
    ]);
  } finally {
    Blob.prototype.arrayBuffer = read;
  }
});

test("what is no fault of a film's ends the reading", async () => {
  const folder = {
    ...readList("films", [], async () => new Blob()),
    read: () => Promise.reject(new LabError("internal", "Gone.")),
  };
  await expect(readBatches(folder, ["a"], () => {}).next()).rejects.toMatchObject({ code: "internal" });
});

test.each([
  { films: 54_000, batches: 6, imageSize: 320, each: 32 },
  { films: 54_000, batches: 6, imageSize: 1024, each: 4 },
  { films: 54_000, batches: 6, imageSize: 4096, each: 1 },
  { films: 20, batches: 6, imageSize: 320, each: 4 },
  { films: 0, batches: 6, imageSize: 320, each: 1 },
])("$films films at $imageSize px go $each at a time", ({ films, batches, imageSize, each }) => {
  expect(filmsPerBatch(films, batches, imageSize)).toBe(each);
});
