// What is said of an open dataset: its format, counts, columns, and what was passed over. It decides nothing.
import type { ColumnSummary, DatasetSummary } from "../protocol/dataset";
import type { JoinedFilms, KnownFilms } from "./filmIndex";
import type { TargetColumn } from "./labelFiles/findings";
import type { LabelledTable } from "./labelFiles/readLabels";

const MOST_VALUES = 50;

export function summariseDataset(
  name: string,
  labels: LabelledTable,
  index: JoinedFilms,
  known: KnownFilms,
  ms: number,
): DatasetSummary {
  const { part, filmOfRow, films } = index;
  const [first] = labels.files;
  const rowsOf = (which: number) => part.reduce((count, code) => count + (code === which ? 1 : 0), 0);
  const filmsOf = (which: number) =>
    part.reduce((count, code, row) => count + (code === which && (filmOfRow[row] ?? -1) >= 0 ? 1 : 0), 0);
  const own = filmsOf(1) > 0 ? ("validation" as const) : ("test" as const);
  const ownRows = filmsOf(own === "validation" ? 1 : 2);
  return {
    name,
    fingerprint: index.fingerprint,
    format: labels.format,
    formatReason: labels.reason,
    otherFormats: labels.alternatives,
    mapping: labels.mapping,
    csvColumns: labels.columns,
    csvPath: first?.path ?? "",
    csvSha256: first?.sha256 ?? "",
    labelFiles: labels.files.map(({ path, sha256, encoding }) => ({ path, sha256, encoding })),
    ms,
    films: films.length,
    rows: rowsOf(0),
    rowsWithoutFilm: "listed" in known ? index.join.rowsWithoutFilm : null,
    filmsWithoutRow: "listed" in known ? countUnused(filmOfRow, films.length) : null,
    duplicateRows: index.join.duplicateRows,
    conflictingRows: index.join.conflictingRows,
    rejectedRows: index.join.rejectedRows + labels.rowsLeftOut,
    patients: countPatients(index),
    ownValidation: ownRows > 0 ? { part: own, rows: ownRows } : null,
    columns: labels.labels.map(summariseColumn),
    notes: [...labels.notes, ...describeFilms(index, known)],
    hasViews: index.hasViews,
  };
}

function countUnused(filmOfRow: Int32Array, films: number): number {
  const used = new Uint8Array(films);
  for (const film of filmOfRow) if (film >= 0) used[film] = 1;
  return films - used.reduce((count, flag) => count + flag, 0);
}

/** Of training rows with a film. */
function countPatients({ part, filmOfRow, patientOfRow, patients }: JoinedFilms): number {
  const seen = new Uint8Array(patients.length);
  part.forEach((code, row) => {
    if (code === 0 && (filmOfRow[row] ?? -1) >= 0) seen[patientOfRow[row] ?? 0] = 1;
  });
  return seen.reduce((count, flag) => count + flag, 0);
}

function summariseColumn(column: TargetColumn): ColumnSummary {
  const { name, isFinding, blankIsUnknown, codes, values, written, counts, defaultPositive } = column;
  const met = values
    .map((value, code) => ({ value, written: written[code] ?? value, rows: counts[code] ?? 0 }))
    .filter(({ rows }) => rows > 0)
    .sort((a, b) => b.rows - a.rows);
  const hasBlanks = isFinding && !blankIsUnknown && codes.includes(0);
  return { name, isLabel: isFinding, hasBlanks, values: met.slice(0, MOST_VALUES), defaultPositive };
}

function describeFilms(index: JoinedFilms, known: KnownFilms): string[] {
  const { rowsAlone } = index;
  const notes: string[] = [];
  if ("located" in known) {
    const { looked, found } = known.located;
    notes.push(
      `The folder is too large to be listed: its films are looked up when they are needed. Of ${looked} looked up, ${found} are there.`,
    );
  }
  if (rowsAlone > 0) {
    notes.push(
      `Films that name no patient, neither in their path nor in a column: ${rowsAlone}. Each counts as a patient of its own, so that films of one patient may fall on both sides of the split.`,
    );
  }
  return [...notes, ...describeShared(index)];
}

/** Patients that training shares with the dataset's own validation or test. */
function describeShared({ part, filmOfRow, patientOfRow, patients }: JoinedFilms): string[] {
  const own = new Uint8Array(patients.length);
  part.forEach((code, row) => {
    if (code > 0 && (filmOfRow[row] ?? -1) >= 0) own[patientOfRow[row] ?? 0] = 1;
  });
  const shared = new Set<number>();
  let rows = 0;
  part.forEach((code, row) => {
    const patient = patientOfRow[row] ?? 0;
    if (code > 0 || (filmOfRow[row] ?? -1) < 0 || !own[patient]) return;
    shared.add(patient);
    rows++;
  });
  if (rows === 0) return [];
  return [
    `Patients in both the dataset's training part and its own validation or test: ${shared.size}. With its own validation their training films (${rows}) are left out.`,
  ];
}
