// Finds out which films are the same as when they were last read, by their files' size and date: their bytes are not read. Prepares nothing.
import { LabError } from "../protocol/labError";
import type { FileStamp, FilmContents } from "../storage/filmContents";
import type { FolderReader } from "./folder/folder";

/** Opening a file by its path is waiting for the browser, mostly. */
const FILES_IN_FLIGHT = 64;

/** Null for what is no file on a disk, such as a drawn film: nothing tells when that changes. */
export function stampOf(path: string, file: Blob): FileStamp | null {
  return file instanceof File ? { path, size: file.size, modified: file.lastModified } : null;
}

/** Adds to `known`, contents by path, what `kept` says of those `paths` that are not yet in it. */
export async function recogniseFilms(
  folder: FolderReader,
  paths: string[],
  kept: FilmContents,
  known: Map<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = paths.filter((path) => !known.has(path) && kept.has(path));
  const recogniseNext = async () => {
    for (let path = waiting.pop(); path !== undefined && !signal.aborted; path = waiting.pop()) {
      try {
        const stamp = stampOf(path, await folder.read(path));
        const content = stamp && kept.find(stamp);
        if (content) known.set(path, content);
      } catch (error) {
        // A film that is gone is told when it is prepared.
        if (!(error instanceof LabError) || error.code !== "filmUnreadable") throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: FILES_IN_FLIGHT }, recogniseNext));
}
