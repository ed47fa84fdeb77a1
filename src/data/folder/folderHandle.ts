// A folder behind a directory handle: walked level by level, its files looked up by path. Nothing of it is listed before it is asked for.
import { LabError } from "../../protocol/labError";
import type { FolderReader, Listed } from "./folder";
import { isJunk, unreadable } from "./folderFiles";

export interface FileHandle {
  getFile(): Promise<Blob>;
}

/** What is used of a directory handle. */
export interface FolderHandle {
  readonly name: string;
  entries(): AsyncIterable<[string, (FileHandle & { kind: "file" }) | (FolderHandle & { kind: "directory" })]>;
  getDirectoryHandle(name: string): Promise<FolderHandle>;
  getFileHandle(name: string): Promise<FileHandle>;
}

/** Directories listed at the same time: one by one a large folder takes a millisecond an entry. */
const DIRECTORIES_IN_FLIGHT = 64;
/** Films that are read together mostly lie in one folder, or in neighbours; handles of more are not worth their memory. */
const DIRECTORIES_KEPT = 256;
/** Looking a file up by its path costs the browser a quarter of preparing a small film. Of so many listed files the handles are kept. */
const FILES_KEPT = 20_000;

export function readHandle(name: string, root: FolderHandle): FolderReader {
  /** Least recently used first. */
  const kept = new Map<string, Promise<FolderHandle>>();
  const openDirectory = (path: string): Promise<FolderHandle> => {
    if (path === "") return Promise.resolve(root);
    const known = kept.get(path);
    kept.delete(path);
    const slash = path.lastIndexOf("/");
    const opened =
      known ??
      openDirectory(path.slice(0, Math.max(0, slash))).then((parent) => parent.getDirectoryHandle(path.slice(slash + 1)));
    // One that is missing now may be there later.
    opened.catch(() => kept.delete(path));
    kept.set(path, opened);
    const [oldest] = kept.keys();
    if (kept.size > DIRECTORIES_KEPT && oldest !== undefined) kept.delete(oldest);
    return opened;
  };
  const listed = new Map<string, FileHandle>();
  const openFile = async (path: string): Promise<FileHandle> => {
    const known = listed.get(path);
    if (known) return known;
    const slash = path.lastIndexOf("/");
    return (await openDirectory(path.slice(0, Math.max(0, slash)))).getFileHandle(path.slice(slash + 1));
  };
  return {
    name,
    isKnown: false,
    list: () => walk(root, (path, file) => listed.size < FILES_KEPT && listed.set(path, file)),
    has: (path) =>
      openFile(path).then(
        () => true,
        () => false,
      ),
    read: async (path) => {
      try {
        return await (await openFile(path)).getFile();
      } catch (error) {
        throw unreadable(path, error instanceof Error ? error.message : String(error));
      }
    },
  };
}

interface ListedDirectory {
  path: string;
  directory: FolderHandle;
}

async function* walk(root: FolderHandle, onFile: (path: string, file: FileHandle) => void): AsyncGenerator<Listed> {
  const listOne = async ({ path, directory }: ListedDirectory) => {
    const files: string[] = [];
    const folders: ListedDirectory[] = [];
    try {
      for await (const [name, handle] of directory.entries()) {
        if (isJunk(name)) continue;
        const inside = path === "" ? name : `${path}/${name}`;
        if (handle.kind === "directory") folders.push({ path: inside, directory: handle });
        else {
          files.push(inside);
          onFile(inside, handle);
        }
      }
      return { files, folders, unlisted: [] };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (path !== "") return { files, folders, unlisted: [`${path} (${reason})`] };
      const message = `The folder ${root.name} cannot be listed: ${reason} Drop it again, or use “Choose dataset folder”.`;
      throw new LabError("emptyFolder", message, root.name);
    }
  };
  let level: ListedDirectory[] = [{ path: "", directory: root }];
  while (level.length > 0) {
    const deeper: ListedDirectory[] = [];
    for (let from = 0; from < level.length; from += DIRECTORIES_IN_FLIGHT) {
      const listed = await Promise.all(level.slice(from, from + DIRECTORIES_IN_FLIGHT).map(listOne));
      const folders = listed.flatMap((directory) => directory.folders);
      for (const folder of folders) deeper.push(folder);
      yield {
        files: listed.flatMap(({ files }) => files).sort(),
        folders: folders.map(({ path }) => path).sort(),
        unlisted: listed.flatMap(({ unlisted }) => unlisted),
        endsLevel: from + DIRECTORIES_IN_FLIGHT >= level.length,
      };
    }
    level = deeper.sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}
