// Lists a folder and reads its files by path, from a directory handle, a list of files or drawn films. It does not know what a CSV or a film is.
import type { FolderSource } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { createDrawnFolder } from "./drawn/drawnFilms";

export interface FolderReader {
  name: string;
  /** Paths of all files inside, with "/" and without the folder's own name. Hidden files are passed over. */
  list(onCount: (files: number) => void): Promise<string[]>;
  /** @throws LabError filmUnreadable where the file is gone or may not be read */
  read(path: string): Promise<Blob>;
}

/** What is used of a directory handle. */
export interface FolderHandle {
  readonly name: string;
  entries(): AsyncIterable<[string, { kind: "file" } | (FolderHandle & { kind: "directory" })]>;
  getDirectoryHandle(name: string): Promise<FolderHandle>;
  getFileHandle(name: string): Promise<{ getFile(): Promise<Blob> }>;
}

/** Directories listed at the same time: one by one a large folder takes a millisecond an entry. */
const DIRECTORIES_IN_FLIGHT = 64;

/** AppleDouble companions (`._x`), dot files and what archives and file managers leave behind. */
function isJunk(name: string): boolean {
  return name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db" || name === "desktop.ini";
}

export function createFolderReader(source: FolderSource): FolderReader {
  switch (source.kind) {
    case "handle":
      return readHandle(source.name, source.handle);
    case "files":
      return readFiles(source);
    case "drawn":
      return createDrawnFolder(source);
  }
}

function readFiles({ name, files }: Extract<FolderSource, { kind: "files" }>): FolderReader {
  const byPath = new Map<string, File>();
  for (const { path, file } of files) if (!path.split("/").some(isJunk)) byPath.set(path, file);
  return {
    name,
    list: async (onCount) => {
      onCount(byPath.size);
      return [...byPath.keys()];
    },
    read: async (path) => byPath.get(path) ?? Promise.reject(unreadable(path, "it is not in the folder")),
  };
}

export function readHandle(name: string, root: FolderHandle): FolderReader {
  return {
    name,
    list: (onCount) => walk(root, onCount),
    read: async (path) => {
      const parts = path.split("/");
      const file = parts.pop() ?? "";
      try {
        let directory = root;
        for (const part of parts) directory = await directory.getDirectoryHandle(part);
        return await (await directory.getFileHandle(file)).getFile();
      } catch (error) {
        throw unreadable(path, error instanceof Error ? error.message : String(error));
      }
    },
  };
}

interface ListedDirectory {
  /** Its path with "/" at the end; empty for the folder itself. */
  prefix: string;
  directory: FolderHandle;
}

async function walk(root: FolderHandle, onCount: (files: number) => void): Promise<string[]> {
  const files: string[] = [];
  const waiting: ListedDirectory[] = [{ prefix: "", directory: root }];
  let listed = 0;
  const listOne = async ({ prefix, directory }: ListedDirectory) => {
    for await (const [name, handle] of directory.entries()) {
      if (isJunk(name)) continue;
      if (handle.kind === "directory") waiting.push({ prefix: `${prefix}${name}/`, directory: handle });
      else files.push(prefix + name);
    }
    if (++listed % 100 === 0) onCount(files.length);
  };
  const running = new Set<Promise<void>>();
  try {
    while (waiting.length > 0 || running.size > 0) {
      const next = running.size < DIRECTORIES_IN_FLIGHT ? waiting.pop() : undefined;
      if (!next) {
        await Promise.race(running);
        continue;
      }
      const task: Promise<void> = listOne(next).finally(() => running.delete(task));
      running.add(task);
    }
  } catch (error) {
    await Promise.allSettled(running);
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The folder ${root.name} cannot be listed: ${reason} Drop it again, or use “Choose dataset folder”.`;
    throw new LabError("emptyFolder", message, root.name);
  }
  onCount(files.length);
  return files.sort();
}

function unreadable(path: string, reason: string): LabError {
  return new LabError("filmUnreadable", `${path} cannot be read: ${reason}`, path);
}
