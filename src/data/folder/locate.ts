// Finds out where in a folder the films lie that a label CSV names, by looking a few of them up: a folder of CheXpert's size is never walked. See `match.ts` for folders that were listed.
import type { FolderReader } from "./folder";
import { type Alignment, dropFolders } from "./match";

/** Looked up under every alignment that is thought of, and then under the best of them. */
const FIRST_LOOKS = 8;
const LOOKS = 192;
/** Fewer of the films there than this, and the folder is rather a part of the dataset: then it is listed. */
const LEAST_FOUND = 0.9;
const MOST_BASES = 32;
/** What follows an id in place of a file name. */
const ID_EXTENSIONS = [".dcm", ".dicom", ".png", ".jpg", ".jpeg", ""];

export interface Located extends Alignment {
  /** Put behind each path; empty where the paths have extensions of their own. */
  extension: string;
  /** Films looked up, and how many of them were there. */
  looked: number;
  found: number;
}

export function locatePath(path: string, { drop, base, extension }: Located): string | null {
  const tail = dropFolders(path, drop);
  return tail === null ? null : base + tail + extension;
}

/**
 * How `paths` (normalised) become the folder's, or null where too few of them are found.
 * @param bases folders that the films may lie in, "" for the folder itself
 */
export async function locateFilms(
  folder: FolderReader,
  paths: string[],
  bases: string[],
  pathsAreIds: boolean,
): Promise<Located | null> {
  const depth = spread(paths, LOOKS).reduce((most, path) => Math.max(most, path.split("/").length), 0);
  let best: Located | null = null;
  for (let drop = 0; drop < depth; drop++) {
    for (const base of bases.slice(0, MOST_BASES)) {
      for (const extension of pathsAreIds ? ID_EXTENSIONS : [""]) {
        const tried = await lookUp(folder, spread(paths, FIRST_LOOKS), { drop, base, extension });
        if (tried.found > (best?.found ?? 0)) best = tried;
        if (tried.found === tried.looked) return confirm(folder, paths, tried);
      }
    }
  }
  return best && confirm(folder, paths, best);
}

async function confirm(folder: FolderReader, paths: string[], alignment: Located): Promise<Located | null> {
  const located = await lookUp(folder, spread(paths, LOOKS), alignment);
  return located.found >= located.looked * LEAST_FOUND ? located : null;
}

async function lookUp(
  folder: FolderReader,
  paths: string[],
  alignment: Pick<Located, "drop" | "base" | "extension">,
): Promise<Located> {
  const located = { ...alignment, looked: paths.length, found: 0 };
  const films = paths.flatMap((path) => locatePath(path, located) ?? []);
  // A tail too short to tell films apart: `view1_frontal.jpg` of everyone.
  if (new Set(films).size < films.length) return located;
  const found = await Promise.all(films.map((film) => folder.has(film)));
  return { ...located, found: found.filter(Boolean).length };
}

/** `count` of the paths, evenly spread from the first on. */
function spread(paths: string[], count: number): string[] {
  const stride = Math.max(1, paths.length / count);
  return Array.from({ length: Math.min(count, paths.length) }, (_, i) => paths[Math.floor(i * stride)] ?? "");
}
