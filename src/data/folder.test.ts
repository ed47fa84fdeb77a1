import { expect, test } from "vitest";
import { createFolderReader, type FolderHandle, readHandle } from "./folder";

type Tree = { [name: string]: Tree | string };
type MemoryHandle = FolderHandle & { kind: "directory" };

function makeHandle(tree: Tree, name = "films"): MemoryHandle {
  const notFound = (entry: string) => new DOMException(`${entry} could not be found.`, "NotFoundError");
  return {
    kind: "directory",
    name,
    entries: async function* () {
      for (const [entry, content] of Object.entries(tree)) {
        yield [entry, typeof content === "string" ? { kind: "file" } : makeHandle(content, entry)];
      }
    },
    getDirectoryHandle: async (entry) => {
      const content = tree[entry];
      if (typeof content !== "object") throw notFound(entry);
      return makeHandle(content, entry);
    },
    getFileHandle: async (entry) => {
      const content = tree[entry];
      if (typeof content !== "string") throw notFound(entry);
      return { getFile: async () => new Blob([content]) };
    },
  };
}

const TREE: Tree = {
  "train.csv": "Path",
  train: { patient1: { study1: { "a.jpg": "one", "._a.jpg": "junk" }, study2: {} }, "Thumbs.db": "" },
  __MACOSX: { "b.jpg": "" },
  ".hidden": { "c.jpg": "" },
  ".DS_Store": "",
};

test("a handle is listed whole, hidden files and what archives leave behind passed over", async () => {
  expect(await readHandle("films", makeHandle(TREE)).list(() => {})).toEqual(["train.csv", "train/patient1/study1/a.jpg"]);
});

test("more directories than are listed at a time", async () => {
  const patients = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`p${i}`, { s: { "a.jpg": "" } }]));
  const counts: number[] = [];
  expect((await readHandle("films", makeHandle(patients)).list((count) => counts.push(count))).length).toBe(300);
  expect(counts.at(-1)).toBe(300);
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
  await expect(readHandle("films", handle).list(() => {})).rejects.toMatchObject({
    message: expect.stringContaining("Permission denied."),
  });
});

test("a list of files is read by path too", async () => {
  const files = ["a.jpg", "x/b.jpg", "x/._b.jpg", "__MACOSX/a.jpg"].map((path) => ({ path, file: new File([path], path) }));
  const folder = createFolderReader({ kind: "files", name: "films", files });
  expect(await folder.list(() => {})).toEqual(["a.jpg", "x/b.jpg"]);
  expect(await (await folder.read("x/b.jpg")).text()).toBe("x/b.jpg");
  await expect(folder.read("c.jpg")).rejects.toMatchObject({ code: "filmUnreadable", at: "c.jpg" });
});
