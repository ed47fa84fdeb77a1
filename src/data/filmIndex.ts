// The rows of the label files joined with the films of the folder. It reads no file: `openDataset.ts` does.
import type { DatasetSummary } from "../protocol/dataset";
import { sha256 } from "../storage/sha256";
import { type Located, locatePath } from "./folder/locate";
import { matchPaths, normalisePath } from "./folder/match";
import { FILM_EXTENSION } from "./labelFiles/formats/cells";
import { folderOf } from "./labelFiles/formats/files";
import type { FilmRows } from "./labelFiles/formats/format";
import { groupPatients, type PatientGroups } from "./patients";

export interface FilmIndex extends JoinedFilms {
  summary: DatasetSummary;
}

export interface JoinedFilms extends PatientGroups {
  /** Tells this dataset from another: 16 hex digits of the label files' bytes and of which film each row is. */
  fingerprint: string;
  labels: FilmRows;
  rows: number;
  /** Of each row `TRAINING`, 1 for the dataset's own validation, 2 for its own test. */
  part: Uint8Array;
  /** Film files by their path in the folder. */
  films: string[];
  /** Film of each row, or -1: no film, a repeated row, or a path that climbs. */
  filmOfRow: Int32Array;
  /** 1 for rows of films that are not frontal. */
  lateral: Uint8Array;
  /** True where rows of lateral films are told apart, so that the frontal-only filter means something. */
  hasViews: boolean;
  join: JoinCounts;
}

export const TRAINING = 0;

/** The part that the dataset holds out itself: its validation, or its test where it has no other; null where it has neither. */
export function ownPart({ summary }: FilmIndex): 1 | 2 | null {
  return summary.ownValidation && (summary.ownValidation.part === "validation" ? 1 : 2);
}

/** How rows and films fit. */
export interface JoinCounts {
  rowsWithoutFilm: number;
  /** Rows that repeat an earlier row's film in the same part; the first is kept. */
  duplicateRows: number;
  /** Of these, rows that say something else than the first one. */
  conflictingRows: number;
  /** Rows whose path climbs out of the folder; never read. */
  rejectedRows: number;
}

/** The films of a folder: all of them where it was listed, or how to come from a row's path to its film. */
export type KnownFilms = { listed: string[] } | { located: Located };

/** Paths as the labels write them, each once. */
export interface RowPaths {
  /** Normalised. */
  paths: string[];
  /** For each value of the path column its place in `paths`; -1 where it climbs or is blank. */
  pathOfCode: Int32Array;
}

export function listRowPaths({ path }: FilmRows): RowPaths {
  const paths: string[] = [];
  const places = new Map<string, number>();
  const pathOfCode = Int32Array.from(path.values, (value) => {
    const normal = normalisePath(value);
    if (normal === null || normal === "") return -1;
    const place = places.get(normal) ?? paths.push(normal) - 1;
    places.set(normal, place);
    return place;
  });
  return { paths, pathOfCode };
}

export type MatchedFilms = Pick<JoinedFilms, "films" | "filmOfRow" | "part" | "join">;

export function matchFilms(labels: FilmRows, rowPaths: RowPaths, known: KnownFilms): MatchedFilms {
  const { films, filmOfPath } =
    "listed" in known ? matchListed(labels, rowPaths, known.listed) : locateAll(rowPaths, known.located);
  const part = labels.part ?? new Uint8Array(labels.rows);
  return { films, part, ...assignFilms(labels, part, rowPaths.pathOfCode, filmOfPath, films.length) };
}

export async function joinFilms(labels: FilmRows, matched: MatchedFilms): Promise<JoinedFilms> {
  const { films, filmOfRow } = matched;
  const identity = [
    labels.files.map((file) => file.sha256).join("\n"),
    ...Array.from(filmOfRow, (film) => films[film] ?? ""),
  ].join("\n");
  return {
    fingerprint: (await sha256(new TextEncoder().encode(identity))).slice(0, 16),
    labels,
    rows: labels.rows,
    ...matched,
    ...markLateral(labels),
    ...groupPatients(labels, filmOfRow, films),
  };
}

/** As they are written; where that finds few, as systems do that tell no case, and then without extensions: films that were converted. */
function matchListed({ pathIsId, files }: FilmRows, { paths }: RowPaths, films: string[]) {
  const csvFolder = folderOf(files[0]?.path ?? "");
  const bare = (path: string) => path.replace(FILM_EXTENSION, "");
  const readings: ((path: string) => string)[] = [
    (path) => path,
    (path) => path.toLowerCase(),
    (path) => bare(path).toLowerCase(),
  ];
  let best: { filmOfPath: Int32Array; matched: number } = { filmOfPath: new Int32Array(), matched: -1 };
  for (const read of pathIsId ? [bare, (path: string) => bare(path).toLowerCase()] : readings) {
    const filmOfPath = matchPaths(paths.map(read), films.map(read), csvFolder);
    const matched = filmOfPath.reduce((count, film) => count + (film >= 0 ? 1 : 0), 0);
    if (matched > best.matched) best = { filmOfPath, matched };
    if (best.matched * 2 >= Math.min(paths.length, films.length)) break;
  }
  return { films, filmOfPath: best.filmOfPath };
}

function locateAll({ paths }: RowPaths, located: Located) {
  const films: string[] = [];
  const places = new Map<string, number>();
  const filmOfPath = Int32Array.from(paths, (path) => {
    const film = locatePath(path, located);
    if (film === null) return -1;
    const place = places.get(film) ?? films.push(film) - 1;
    places.set(film, place);
    return place;
  });
  return { films, filmOfPath };
}

/** Of rows of one part that name the same film the first is kept. */
function assignFilms(
  { path, rows, labels }: FilmRows,
  part: Uint8Array,
  pathOfCode: Int32Array,
  filmOfPath: Int32Array,
  films: number,
) {
  const join: JoinCounts = { rowsWithoutFilm: 0, duplicateRows: 0, conflictingRows: 0, rejectedRows: 0 };
  const filmOfRow = new Int32Array(rows).fill(-1);
  /** By part, of films and of the paths that have none: the first row, or -1. */
  const named = films + filmOfPath.length;
  const firstRow = new Int32Array(3 * named).fill(-1);
  for (let row = 0; row < rows; row++) {
    const place = pathOfCode[path.codes[row] ?? 0] ?? -1;
    if (place < 0) {
      join.rejectedRows++;
      continue;
    }
    const film = filmOfPath[place] ?? -1;
    const at = (part[row] ?? 0) * named + (film === -1 ? films + place : film);
    const first = firstRow[at] ?? -1;
    if (first >= 0) {
      join.duplicateRows++;
      if (labels.some(({ codes }) => codes[row] !== codes[first])) join.conflictingRows++;
      continue;
    }
    firstRow[at] = row;
    if (film === -1) join.rowsWithoutFilm++;
    else filmOfRow[row] = film;
  }
  return { filmOfRow, join };
}

/** By the view's column, else, also where that is blank, by the file's name. */
function markLateral({ view, path, rows }: FilmRows): Pick<JoinedFilms, "lateral" | "hasViews"> {
  const isLateralView = (view?.values ?? [""]).map((value) => /^(lateral|other)$/i.test(value));
  const isLateralName = path.values.map((value) => /lateral/i.test(value));
  const lateral = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const code = view?.codes[row] ?? 0;
    lateral[row] = (code === 0 ? isLateralName[path.codes[row] ?? 0] : isLateralView[code]) ? 1 : 0;
  }
  const hasViews = [...(view?.values ?? []), ...path.values].some((value) => /lateral|frontal/i.test(value));
  return { lateral, hasViews };
}
