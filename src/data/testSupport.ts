// Folders in memory for the tests of this part. Not for the lab itself.
import type { FolderReader } from "./folder/folder";
import type { FolderHandle } from "./folder/folderHandle";
import { readList } from "./folder/folderList";

/** A folder whose files are given as text; films may be empty. */
export function makeFolder(files: Record<string, string> | Map<string, string>, name = "films"): FolderReader {
  const byPath = files instanceof Map ? files : new Map(Object.entries(files));
  const paths = [...byPath.keys()];
  return readList(name, paths, async (place) => {
    const path = paths[place] ?? "";
    return new File([byPath.get(path) ?? ""], path, { lastModified: 1 });
  });
}

/** As `makeFolder`, with empty films at `films`. */
export function makeFolderOf(films: string[], files: Record<string, string>, name = "films"): FolderReader {
  return makeFolder(new Map([...Object.entries(files), ...films.map((film): [string, string] => [film, ""])]), name);
}

export type Tree = { [name: string]: Tree | string };
/** A directory handle in memory. */
export type MemoryHandle = FolderHandle & { kind: "directory" };

function makeFileHandle(content: string) {
  return { kind: "file" as const, getFile: async () => new Blob([content]) };
}

export function makeHandle(tree: Tree, name = "films"): MemoryHandle {
  const notFound = (entry: string) => new DOMException(`${entry} could not be found.`, "NotFoundError");
  return {
    kind: "directory",
    name,
    entries: async function* () {
      for (const [entry, content] of Object.entries(tree)) {
        yield [entry, typeof content === "string" ? makeFileHandle(content) : makeHandle(content, entry)];
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
      return makeFileHandle(content);
    },
  };
}
