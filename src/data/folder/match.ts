// Matches the paths a label CSV writes with the films in the folder, whatever prefix the CSV carries. It reads no files.

/** Nothing for `normalisePath` to do: no backslash, no empty part and no part of dots alone. */
const NORMAL = /^(?!\.{0,2}\/)(?:[^/\\]|\/(?!\.{0,2}(?:\/|$)))+$/;

/**
 * A CSV path with "/" between its parts and nothing empty, or null where it climbs with "..":
 * such a row is never followed.
 */
export function normalisePath(path: string): string | null {
  const given = path.trim();
  if (NORMAL.test(given) && given !== "." && given !== "..") return given;
  const parts = given
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  return parts.includes("..") ? null : parts.join("/");
}

/** The path without its first `count` folders, or null where it has no more than that. */
export function dropFolders(path: string, count: number): string | null {
  let from = 0;
  for (let i = 0; i < count; i++) {
    const slash = path.indexOf("/", from);
    if (slash < 0) return null;
    from = slash + 1;
  }
  return path.slice(from);
}

/** How one CSV's paths become the folder's: so many leading folders dropped, `base` put in front. */
export interface Alignment {
  drop: number;
  base: string;
}

interface Matching {
  /** Index of the film for each path, or -1. */
  films: Int32Array;
  matched: number;
}

/**
 * For each of the distinct normalised `paths` the index of its film in `films`, or -1.
 * One alignment holds for the whole CSV, the one that matches most with the fewest folders dropped: rows are never matched one by one by a
 * short tail, or every `view1_frontal.jpg` would be taken for the same film.
 */
export function matchPaths(paths: string[], films: string[], csvFolder: string): Int32Array {
  const byPath = new Map(films.map((film, i) => [film, i]));
  const depth = paths.reduce((most, path) => Math.max(most, path.split("/").length), 0);
  const bases = csvFolder === "" ? [""] : ["", `${csvFolder}/`];
  let best: Matching = { films: new Int32Array(paths.length).fill(-1), matched: 0 };
  const tryAlignments = (alignments: Alignment[]) => {
    for (const alignment of alignments) {
      if (best.matched === paths.length) return;
      const matching = align(paths, byPath, alignment);
      if (matching && matching.matched > best.matched) best = matching;
    }
  };
  tryAlignments(Array.from({ length: depth }, (_, drop) => bases.map((base) => ({ drop, base }))).flat());
  if (best.matched * 2 < Math.min(paths.length, films.length)) tryAlignments(discoverAlignments(paths, films));
  matchBareNames(paths, films, best.films);
  return best.films;
}

/** Null where the alignment leads different paths to the same films more often than not. */
function align(paths: string[], byPath: Map<string, number>, { drop, base }: Alignment): Matching | null {
  const films = new Int32Array(paths.length).fill(-1);
  const taken = new Uint8Array(byPath.size);
  let matched = 0;
  let collisions = 0;
  for (let i = 0; i < paths.length; i++) {
    const tail = dropFolders(paths[i] ?? "", drop);
    const film = tail === null ? undefined : byPath.get(base + tail);
    if (film === undefined) continue;
    if (taken[film]) {
      collisions++;
      continue;
    }
    taken[film] = 1;
    films[i] = film;
    matched++;
  }
  return collisions < matched ? { films, matched } : null;
}

/** Alignments under which some of the films, spread over the folder, are found at the end of a CSV path: films beside the CSV's own folder. */
function discoverAlignments(paths: string[], films: string[]): Alignment[] {
  const found = new Map<string, Alignment>();
  const stride = Math.max(1, Math.floor(films.length / 20));
  for (let i = 0; i < films.length; i += stride) {
    const film = films[i] ?? "";
    const folders = film.split("/").length - 1;
    // The bare name alone is no evidence; at least one folder must agree.
    for (let dropped = 0; dropped < folders; dropped++) {
      const tail = dropFolders(film, dropped) ?? "";
      const path = paths.find((candidate) => candidate === tail || candidate.endsWith(`/${tail}`));
      if (path === undefined) continue;
      const drop = path.split("/").length - tail.split("/").length;
      const base = film.slice(0, film.length - tail.length);
      found.set(`${drop} ${base}`, { drop, base });
      break;
    }
  }
  return [...found.values()];
}

/** A path that is a file name and no more, as NIH writes them, is matched wherever in the folder the one film of that name lies. */
function matchBareNames(paths: string[], films: string[], matches: Int32Array): void {
  if (!paths.some((path, i) => matches[i] === -1 && !path.includes("/"))) return;
  const byName = new Map<string, number>();
  films.forEach((film, i) => {
    const name = film.slice(film.lastIndexOf("/") + 1);
    byName.set(name, byName.has(name) ? -1 : i);
  });
  paths.forEach((path, i) => {
    if (matches[i] === -1 && !path.includes("/")) matches[i] = byName.get(path) ?? -1;
  });
}
