// Folders in memory for the tests of this part. Not for the lab itself.
import type { FolderReader } from "./folder";

/** A folder whose files are given as text; films may be empty. */
export function makeFolder(files: Record<string, string> | Map<string, string>, name = "films"): FolderReader {
  const byPath = files instanceof Map ? files : new Map(Object.entries(files));
  return {
    name,
    list: async () => [...byPath.keys()],
    read: async (path) => new Blob([byPath.get(path) ?? ""]),
  };
}

/** As `makeFolder`, with empty films at `films`. */
export function makeFolderOf(films: string[], files: Record<string, string>, name = "films"): FolderReader {
  return makeFolder(new Map([...Object.entries(files), ...films.map((film): [string, string] => [film, ""])]), name);
}
