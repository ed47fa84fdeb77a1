// A folder whose paths are all known from the start. It opens no file itself.
import type { FolderReader } from "./folder";
import { isJunk, unreadable } from "./folderFiles";

/** @param open gives the file at a place of `paths` */
export function readList(name: string, paths: string[], open: (place: number) => Promise<Blob>): FolderReader {
  const places = new Map<string, number>();
  paths.forEach((path, place) => {
    if (!path.split("/").some(isJunk)) places.set(path, place);
  });
  return {
    name,
    isKnown: true,
    list: async function* () {
      const levels: string[][] = [];
      for (const path of places.keys()) {
        const level = path.split("/").length - 1;
        levels[level] ??= [];
        levels[level].push(path);
      }
      for (const files of levels) if (files) yield { files: files.sort(), folders: [], endsLevel: true };
    },
    has: async (path) => places.has(path),
    read: async (path) => {
      const place = places.get(path);
      if (place === undefined) throw unreadable(path, "it is not in the folder");
      return open(place);
    },
  };
}
