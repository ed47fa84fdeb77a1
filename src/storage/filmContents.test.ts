import { expect, test } from "vitest";
import { openFilmContents } from "./filmContents";
import { createMemoryDirectory } from "./memoryDirectory";

const STAMP = { path: "train/patient1/a.jpg", size: 7, modified: 1000 };
const CONTENT = { film: "f00d", grading: "bytes" };

test("what a file held is found by path, size and date, also on the next visit", async () => {
  const root = createMemoryDirectory();
  const contents = await openFilmContents("films", root);
  contents.note(STAMP, CONTENT);
  await contents.save();
  const again = await openFilmContents("films", root);
  expect(again.find(STAMP)).toMatchObject(CONTENT);
  expect(again.find({ ...STAMP, size: 8 })).toBeUndefined();
  expect(again.find({ ...STAMP, modified: 1001 })).toBeUndefined();
  expect([again.has(STAMP.path), again.has("b.jpg")]).toEqual([true, false]);
  expect((await openFilmContents("other", root)).has(STAMP.path)).toBe(false);
});

test("a file that was changed and read again stands for what it was", async () => {
  const root = createMemoryDirectory();
  const contents = await openFilmContents("films", root);
  contents.note(STAMP, CONTENT);
  contents.note({ ...STAMP, size: 9 }, { ...CONTENT, film: "beef" });
  await contents.save();
  const again = await openFilmContents("films", root);
  expect(again.find(STAMP)).toBeUndefined();
  expect(again.find({ ...STAMP, size: 9 })?.film).toBe("beef");
});

test("a torn line and a full disk cost only reading again", async () => {
  const quota = { bytes: Infinity };
  const root = createMemoryDirectory(quota);
  const contents = await openFilmContents("films", root);
  contents.note(STAMP, CONTENT);
  await contents.save();
  contents.note({ ...STAMP, path: "b.jpg" }, CONTENT);
  quota.bytes = 0;
  await contents.save();
  const directory = await root.getDirectoryHandle("contents");
  const file = await directory.getFileHandle("films.jsonl");
  const text = await (await file.getFile()).text();
  quota.bytes = Infinity;
  const access = await file.createSyncAccessHandle?.();
  access?.write(new TextEncoder().encode(`null\n${text.slice(0, 30)}`), { at: 0 });
  access?.close();
  expect((await openFilmContents("films", root)).has("b.jpg")).toBe(false);
});
