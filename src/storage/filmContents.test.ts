import { expect, test } from "vitest";
import { openFilmContents } from "./filmContents";
import { createMemoryDirectory, type MemoryDirectory } from "./memoryDirectory";

const STAMP = { path: "train/patient1/a.jpg", size: 7, modified: 1000 };

async function fileOf(root: MemoryDirectory) {
  return (await root.getDirectoryHandle("contents")).getFileHandle("films.jsonl");
}

test("what a file held is found by path, size and date, also on the next visit", async () => {
  const root = createMemoryDirectory();
  const contents = await openFilmContents("films", root);
  contents.note(STAMP, "f00d");
  contents.close();
  const again = await openFilmContents("films", root);
  expect(again.find(STAMP)).toBe("f00d");
  expect(again.find({ ...STAMP, size: 8 })).toBeUndefined();
  expect(again.find({ ...STAMP, modified: 1001 })).toBeUndefined();
  expect([again.has(STAMP.path), again.has("b.jpg")]).toEqual([true, false]);
  expect((await openFilmContents("other", root)).has(STAMP.path)).toBe(false);
});

test("a file that was changed and read again stands for what it was", async () => {
  const root = createMemoryDirectory();
  const contents = await openFilmContents("films", root);
  contents.note(STAMP, "f00d");
  contents.note({ ...STAMP, size: 9 }, "beef");
  contents.close();
  const again = await openFilmContents("films", root);
  expect(again.find(STAMP)).toBeUndefined();
  expect(again.find({ ...STAMP, size: 9 })).toBe("beef");
});

test("a tab that ends loses no more than the last lines", async () => {
  const root = createMemoryDirectory();
  const contents = await openFilmContents("films", root);
  for (let i = 0; i < 1000; i++) contents.note({ ...STAMP, path: `${i}.jpg` }, "f00d");
  const text = await (await (await fileOf(root)).getFile()).text();
  expect(text.trim().split("\n").length).toBe(768);
});

test("a torn line, a file that another tab has open, and a full disk cost only reading again", async () => {
  const quota = { bytes: Infinity };
  const root = createMemoryDirectory(quota);
  const first = await openFilmContents("films", root);
  first.note(STAMP, "f00d");
  const second = await openFilmContents("films", root);
  second.note({ ...STAMP, path: "b.jpg" }, "beef");
  second.close();
  first.close();
  const file = await fileOf(root);
  const text = await (await file.getFile()).text();
  const access = await file.createSyncAccessHandle?.();
  access?.truncate(0);
  access?.write(new TextEncoder().encode(`null\n${text}\n${text.slice(0, 30)}`), { at: 0 });
  access?.close();
  const torn = await openFilmContents("films", root);
  expect([torn.has(STAMP.path), torn.has("b.jpg")]).toEqual([true, false]);
  quota.bytes = 0;
  torn.note({ ...STAMP, path: "c.jpg" }, "cafe");
  torn.close();
  const last = await openFilmContents("films", root);
  expect([last.find(STAMP), last.has("c.jpg")]).toEqual(["f00d", false]);
});
