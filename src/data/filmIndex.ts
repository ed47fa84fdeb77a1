// Finds a folder's label CSV, reads it and joins its rows with the films. It opens no film and labels nothing: see `labels.ts`.
import type { DatasetSummary, OpenProgress } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { sha256 } from "../storage/sha256";
import type { FolderReader } from "./folder";
import { findLabelCsv, findOwnValidation, folderOf, listKinds, noUsableColumn } from "./labelFiles/findCsv";
import { columnKey, type LabelColumn, type LabelTable, LabelTableBuilder } from "./labelFiles/labelCsv";
import { FILM_EXTENSION, type Layout, recogniseLayout, summariseTargets } from "./labelFiles/layout";
import { matchPaths, normalisePath } from "./match";
import { groupPatients } from "./patients";

/** Rows [0, trainRows) are the label CSV's, those after them the own validation CSV's. */
export interface FilmIndex {
  summary: DatasetSummary;
  /** Tells this dataset's prepared films from another's: 16 hex digits of the label CSV's bytes and the films' names. */
  fingerprint: string;
  table: LabelTable;
  layout: Layout;
  rows: number;
  trainRows: number;
  /** Film files by their path in the folder. */
  films: string[];
  /** Film of each row, or -1: no film, a repeated row, or a path that climbs. */
  filmOfRow: Int32Array;
  /** Patient of each row, an index into `patients`. */
  patientOfRow: Uint32Array;
  /** Sorted, so that a patient's number does not depend on the order of the rows. */
  patients: string[];
  /** 1 for rows of lateral films. */
  lateral: Uint8Array;
}

/** @throws LabError emptyFolder, noCsv, badCsv, noUsableColumn, noFilms */
export async function indexFolder(
  folder: FolderReader,
  chosenCsv: File | undefined,
  onProgress: (progress: OpenProgress) => void,
): Promise<FilmIndex> {
  const started = performance.now();
  onProgress({ phase: "listing", done: 0 });
  const files = await folder.list((done) => onProgress({ phase: "listing", done }));
  const films = files.filter((path) => FILM_EXTENSION.test(path));
  if (files.length === 0) {
    throw new LabError(
      "emptyFolder",
      `${folder.name} holds no files. Drop the folder that holds the films and their label CSV.`,
      folder.name,
    );
  }
  const notes: string[] = [];
  const csv = chosenCsv ? { path: chosenCsv.name, file: chosenCsv } : await findLabelCsv(folder, files, films.length, notes);
  if (films.length === 0) {
    const message = `${folder.name} holds ${csv.path} but no films (${listKinds(files)}). Drop the folder that holds the films as well.`;
    throw new LabError("noFilms", message, folder.name);
  }

  const builder = new LabelTableBuilder();
  onProgress({ phase: "labels", done: 0 });
  const report = await builder.append(csv.file, csv.path, (done) => onProgress({ phase: "labels", done }));
  const own = chosenCsv ? null : await findOwnValidation(folder, files, csv.path, notes);
  const ownReport = own && (await builder.append(own.file, own.path));
  const table = builder.build();
  const trainRows = report.rows;
  const layout = recogniseLayout(table, csv.path);
  const columns = layout ? summariseTargets(table, layout, trainRows) : [];
  if (!layout || columns.length === 0) throw noUsableColumn(csv.path, table, layout);

  onProgress({ phase: "matching", done: 0 });
  const train = matchRows(layout.path, 0, trainRows, films, folderOf(csv.path));
  const valid = matchRows(layout.path, trainRows, table.rows, films, folderOf(own?.path ?? ""));
  if (train.matched === 0) {
    const row = layout.path.values[layout.path.codes[0] ?? 0];
    const message = `None of the ${trainRows} films that ${csv.path} names is in ${folder.name}: it names “${row}”, the folder holds “${films[0]}”. Drop the folder that holds the films under the names the CSV gives.`;
    throw new LabError("noFilms", message, csv.path);
  }
  const filmOfRow = new Int32Array(table.rows);
  filmOfRow.set(train.filmOfRow);
  filmOfRow.set(valid.filmOfRow, trainRows);
  const listed = new Uint8Array(films.length);
  for (const film of filmOfRow) if (film >= 0) listed[film] = 1;

  const grouped = groupPatients(layout, filmOfRow, trainRows, films);
  if (report.firstRaggedRow !== null) {
    notes.push(
      `${csv.path}: ${report.raggedRows} rows have more or fewer cells than the header, the first is row ${report.firstRaggedRow}; missing cells are read as blank.`,
    );
  }
  for (const name of report.renamedColumns)
    notes.push(`${csv.path}: a column name is given twice; the later one is called “${name}”.`);
  if (own && valid.matched < valid.rows) {
    notes.push(
      `${own.path}: ${valid.rows - valid.matched} of its ${valid.rows} rows have no film of their own and are passed over.`,
    );
  }
  notes.push(...grouped.notes);
  const views = markLateral(layout, table.rows);

  const summary: DatasetSummary = {
    name: folder.name,
    format: "chexpert",
    formatReason: layout.reason,
    csvPath: csv.path,
    csvSha256: report.sha256,
    ms: Math.round(performance.now() - started),
    films: films.length,
    rows: trainRows,
    rowsWithoutFilm: train.withoutFilm,
    filmsWithoutRow: listed.reduce((count, flag) => count - flag, films.length),
    duplicateRows: train.duplicates,
    rejectedRows: train.rejected,
    patients: grouped.trainPatients,
    ownValidation: own && ownReport ? { csvPath: own.path, rows: ownReport.rows } : null,
    columns,
    notes,
    hasViews: views.known,
  };
  const identity = await sha256(new TextEncoder().encode(`${report.sha256}\n${[...films].sort().join("\n")}`));
  return {
    summary,
    fingerprint: identity.slice(0, 16),
    table,
    layout,
    rows: table.rows,
    trainRows,
    films,
    filmOfRow,
    patientOfRow: grouped.patientOfRow,
    patients: grouped.patients,
    lateral: views.lateral,
  };
}

interface MatchedRows {
  filmOfRow: Int32Array;
  rows: number;
  matched: number;
  withoutFilm: number;
  duplicates: number;
  rejected: number;
}

/** Films of the rows [from, to); of rows that name the same film the first is kept. */
function matchRows(column: LabelColumn, from: number, to: number, films: string[], csvFolder: string): MatchedRows {
  // Rows are many, distinct paths are matched once each; a code's path is -1 where it climbs and -2 where it was not yet met.
  const pathOfCode = new Int32Array(column.values.length).fill(-2);
  const paths: string[] = [];
  const known = new Map<string, number>();
  for (let row = from; row < to; row++) {
    const code = column.codes[row] ?? 0;
    if (pathOfCode[code] !== -2) continue;
    const path = normalisePath(column.values[code] ?? "");
    if (path === null) {
      pathOfCode[code] = -1;
      continue;
    }
    let index = known.get(path);
    if (index === undefined) {
      index = paths.push(path) - 1;
      known.set(path, index);
    }
    pathOfCode[code] = index;
  }
  const filmOfPath = matchPaths(paths, films, csvFolder);
  const result = {
    filmOfRow: new Int32Array(to - from).fill(-1),
    rows: to - from,
    matched: 0,
    withoutFilm: 0,
    duplicates: 0,
    rejected: 0,
  };
  const seen = new Uint8Array(paths.length);
  for (let row = from; row < to; row++) {
    const path = pathOfCode[column.codes[row] ?? 0] ?? -1;
    const film = filmOfPath[path] ?? -1;
    if (path === -1) result.rejected++;
    else if (seen[path]) result.duplicates++;
    else if (film === -1) result.withoutFilm++;
    else {
      result.filmOfRow[row - from] = film;
      result.matched++;
    }
    if (path >= 0) seen[path] = 1;
  }
  return result;
}

/** Lateral films by the view's column, else by the file's name. */
function markLateral({ view, path }: Layout, rows: number): { lateral: Uint8Array; known: boolean } {
  const column = view ?? path;
  const isLateral = column.values.map((value) => /lateral/i.test(view ? columnKey(value) : value));
  const lateral = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) lateral[row] = isLateral[column.codes[row] ?? 0] ? 1 : 0;
  return { lateral, known: column.values.some((value) => /lateral|frontal/i.test(value)) };
}
