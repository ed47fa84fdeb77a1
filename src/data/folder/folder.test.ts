import { expect, test } from "vitest";
import { type MemoryHandle, makeHandle, type Tree } from "../testSupport";
import { createFolderReader } from "./createFolderReader";
import type { FolderReader, Listed } from "./folder";
import { readHandle } from "./folderHandle";
import { readList } from "./folderList";

async function listAll(folder: FolderReader): Promise<string[]> {
  const files: string[] = [];
  for await (const piece of folder.list()) files.push(...piece.files);
  return files;
}

const TREE: Tree = {
  "train.csv": "Path",
  train: { patient1: { study1: { "a.jpg": "one", "._a.jpg": "junk" }, study2: {} }, "Thumbs.db": "" },
  __MACOSX: { "b.jpg": "" },
  ".hidden": { "c.jpg": "" },
  ".DS_Store": "",
};

test("a handle is listed whole, hidden files and what archives leave behind passed over", async () => {
  expect(await listAll(readHandle("films", makeHandle(TREE)))).toEqual(["train.csv", "train/patient1/study1/a.jpg"]);
});

test("more directories than are listed at a time", async () => {
  const patients = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, { s: { "a.jpg": "" } }]));
  expect((await listAll(readHandle("films", makeHandle(patients)))).length).toBe(300);
});

test("a film is read by its path, and one that is gone is named", async () => {
  const folder = readHandle("films", makeHandle(TREE));
  expect(await (await folder.read("train/patient1/study1/a.jpg")).text()).toBe("one");
  await expect(folder.read("train/patient2/a.jpg")).rejects.toMatchObject({
    code: "filmUnreadable",
    at: "train/patient2/a.jpg",
    message: "train/patient2/a.jpg cannot be read: patient2 could not be found.",
  });
});

test("a folder that may not be listed is a sentence", async () => {
  const handle = makeHandle({ locked: {} });
  handle.entries = () => {
    throw new DOMException("Permission denied.", "NotAllowedError");
  };
  await expect(listAll(readHandle("films", handle))).rejects.toMatchObject({
    message: expect.stringContaining("Permission denied."),
  });
});

test("a list of files is read by path too", async () => {
  const files = ["a.jpg", "x/b.jpg", "x/._b.jpg", "__MACOSX/a.jpg"];
  const encoder = new TextEncoder();
  const paths = [encoder.encode(files.slice(0, 3).join("\n")), encoder.encode(files[3])];
  const folder = createFolderReader({ kind: "files", name: "films", paths }, async (place) => new Blob([files[place] ?? ""]));
  expect(await listAll(folder)).toEqual(["a.jpg", "x/b.jpg"]);
  expect([await folder.has("x/b.jpg"), await folder.has("x/._b.jpg")]).toEqual([true, false]);
  expect(await (await folder.read("x/b.jpg")).text()).toBe("x/b.jpg");
  await expect(folder.read("c.jpg")).rejects.toMatchObject({ code: "filmUnreadable", at: "c.jpg" });
});

test("a folder is listed level by level, and no deeper than it is asked for", async () => {
  const opened: string[] = [];
  const watch = (handle: MemoryHandle, path: string): MemoryHandle => ({
    ...handle,
    entries: async function* () {
      opened.push(path);
      for await (const [name, entry] of handle.entries()) {
        yield [name, entry.kind === "directory" ? watch(entry as MemoryHandle, `${path}/${name}`) : entry];
      }
    },
  });
  const pieces = readHandle("films", watch(makeHandle(TREE), "")).list();
  expect((await pieces.next()).value).toEqual({ files: ["train.csv"], folders: ["train"], unlisted: [], endsLevel: true });
  expect(opened).toEqual([""]);
  expect((await pieces.next()).value).toEqual({ files: [], folders: ["train/patient1"], unlisted: [], endsLevel: true });
  expect(opened).toEqual(["", "/train"]);
});

test("files are looked up by path without being listed", async () => {
  const folder = readHandle("films", makeHandle(TREE));
  expect(await folder.has("train/patient1/study1/a.jpg")).toBe(true);
  expect(await folder.has("train/patient1/study2/a.jpg")).toBe(false);
  expect(await folder.has("train/patient9/study1/a.jpg")).toBe(false);
});

test.each(["._a.jpg", "x/.hidden/b.jpg", "__MACOSX/a.jpg", "x/Thumbs.db", "desktop.ini"])("%s is passed over", async (junk) => {
  const folder = readList("films", ["a.b/c.jpg", junk, "x/my.Thumbs.db.png"], async () => new Blob());
  expect(await listAll(folder)).toEqual(["a.b/c.jpg", "x/my.Thumbs.db.png"]);
});

test("a folder inside that may not be listed is passed over and named", async () => {
  const locked = makeHandle({});
  locked.entries = () => {
    throw new DOMException("Permission denied.", "NotAllowedError");
  };
  const handle = makeHandle(TREE);
  const entries = handle.entries.bind(handle);
  handle.entries = async function* () {
    yield* entries();
    yield ["locked", locked];
  };
  const pieces: Listed[] = [];
  for await (const piece of readHandle("films", handle).list()) pieces.push(piece);
  expect(pieces.flatMap(({ files }) => files)).toEqual(["train.csv", "train/patient1/study1/a.jpg"]);
  expect(pieces.flatMap(({ unlisted }) => unlisted)).toEqual(["locked (Permission denied.)"]);
});

test("a file of a list that is gone is an unreadable film, whatever the browser says", async () => {
  const folder = readList("films", ["a.jpg"], () => Promise.reject(new DOMException("gone", "NotFoundError")));
  await expect(folder.read("a.jpg")).rejects.toMatchObject({ code: "filmUnreadable", at: "a.jpg" });
});
