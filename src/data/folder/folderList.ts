// A folder whose paths are all known from the start. It opens no file itself.
import type { FolderReader } from "./folder";
import { isJunkPath, unreadable } from "./folderFiles";

/** @param open gives the file at a place of `paths` */
export function readList(name: string, paths: string[], open: (place: number) => Promise<Blob>): FolderReader {
  const places = new Map<string, number>();
  const levels: string[][] = [];
  for (const [place, path] of paths.entries()) {
    if (isJunkPath(path)) continue;
    places.set(path, place);
    const level = countFolders(path);
    levels[level] ??= [];
    levels[level].push(path);
  }
  return {
    name,
    isKnown: true,
    list: async function* () {
      for (const files of levels) if (files) yield { files, folders: [], unlisted: [], endsLevel: true };
    },
    has: async (path) => places.has(path),
    read: async (path) => {
      const place = places.get(path);
      if (place === undefined) throw unreadable(path, "it is not in the folder");
      try {
        return await open(place);
      } catch (error) {
        throw unreadable(path, error instanceof Error ? error.message : String(error));
      }
    },
  };
}

function countFolders(path: string): number {
  let folders = 0;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders++;
  return folders;
}
