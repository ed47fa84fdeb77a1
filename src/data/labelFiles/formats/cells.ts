// What the cells of label files say alike in several formats: film names, findings, ages, views. It knows no format.
import { LabError } from "../../../protocol/labError";
import { columnKey, deriveColumn, findColumn, type LabelColumn } from "../columns";
import { filterTable, sheetRow, type Table } from "../csvTable";
import { count } from "../wording";

/** Extensions of files that are counted as films; not all of them can be decoded. */
export const FILM_EXTENSION = /\.(jpe?g|png|webp|bmp|gif|avif|tiff?|dcm|dicom)$/i;

const PATH_NAMES = [
  "path",
  "image path",
  "img path",
  "file path",
  "filepath",
  "filename",
  "file name",
  "file",
  "image",
  "image index",
];

/** The column of film paths or file names, by its name and its cells. */
export function findPath(columns: LabelColumn[]): LabelColumn | null {
  const named = findColumn(columns, ...PATH_NAMES);
  if (named && (holdsFilmNames(named) || columnKey(named.name) === "path")) return named;
  return columns.find(holdsFilmNames) ?? null;
}

/** Half of the first distinct cells are file names of films. */
export function holdsFilmNames(column: LabelColumn): boolean {
  const cells = column.values.slice(1, 1001);
  return cells.length > 0 && cells.filter((cell) => FILM_EXTENSION.test(cell)).length * 2 >= cells.length;
}

/** CheXpert's and MIMIC-CXR's fourteen observations (Irvin et al. 2019, table 1), as `columnKey` writes them. */
const CHEXPERT_FINDINGS = new Set([
  "no finding",
  "enlarged cardiomediastinum",
  "cardiomegaly",
  "lung opacity",
  "lung lesion",
  "edema",
  "consolidation",
  "pneumonia",
  "atelectasis",
  "pneumothorax",
  "pleural effusion",
  "pleural other",
  "fracture",
  "support devices",
]);

export function isChexpertFinding(name: string): boolean {
  return CHEXPERT_FINDINGS.has(columnKey(name));
}

export function countChexpertFindings(columns: LabelColumn[]): number {
  return columns.filter((column) => isChexpertFinding(column.name)).length;
}

/** Columns that number rows or measure the image file, also as cut at the commas of NIH's `OriginalImage[Width,Height]`; and those without a name. */
const BOOKKEEPING = [
  /^(column|unnamed:) ?[\d.]+( \(\d+\))?$/,
  /^(original ?)?(image ?)?\[?(width|height)\]?$/,
  /^(original ?)?(image ?)?pixel ?spacing\b/,
  /^[xy]\]$/,
  /^(rows?|columns?|cols)$/,
  /^((row|line) ?)?(index|idx|id|nr|number|#)$/,
  /^follow up( #| number)?$/,
  /^((file|image) ?size|bytes)$/,
  /^bits? ?(stored|allocated|depth)$/,
];

/** Whether a column, by its name, is no statement about the patient and so nothing to learn. */
export function isBookkeeping({ name }: LabelColumn): boolean {
  return BOOKKEEPING.some((pattern) => pattern.test(columnKey(name)));
}

export function hasColumns({ columns }: { columns: LabelColumn[] }, ...names: string[]): boolean {
  return names.every((name) => findColumn(columns, name) !== null);
}

/** @throws LabError noUsableColumn */
export function requireColumn({ columns, reports }: Table, name: string): LabelColumn {
  const column = findColumn(columns, name);
  if (column) return column;
  const path = reports[0]?.path ?? "";
  throw new LabError("noUsableColumn", `${path} has no column “${name}”. Choose another label file or format.`, path);
}

/** The table without rows that name no film, and the note that says so. */
export function keepNamedRows(table: Table, pathName: string): { table: Table; leftOut: number; notes: string[] } {
  const path = requireColumn(table, pathName);
  const named = filterTable(table, (row) => path.codes[row] !== 0);
  const leftOut = table.rows - named.rows;
  return { table: named, leftOut, notes: leftOut > 0 ? [describeUnnamed(table, path, leftOut)] : [] };
}

function describeUnnamed({ reports }: Table, path: LabelColumn, rows: number): string {
  let first = path.codes.indexOf(0);
  let file = 0;
  while (first >= (reports[file]?.rows ?? Infinity)) first -= reports[file++]?.rows ?? 0;
  const report = reports[file];
  const which = rows === 1 ? "namely" : "the first is";
  return `${report?.path}: left out for naming no film in “${path.name}”: ${count(rows, "row", "rows")}, ${which} row ${report && sheetRow(report, first)}.`;
}

/** The patient's number, where paths hold it as CheXpert's do (`patient00001`); else null. */
export function readPatient(path: LabelColumn): LabelColumn | null {
  const patient = deriveColumn(path, "Patient", (value) => /patient[ _-]?(\d+)/i.exec(value)?.[1] ?? null);
  return patient.values.length > 1 ? patient : null;
}

/** `060Y`, `58.0` and `018M` in whole years; what is no age is blank. */
export function readAge(column: LabelColumn | null): LabelColumn | null {
  const yearsIn: Record<string, number> = { Y: 1, M: 12, W: 52, D: 365 };
  return (
    column &&
    deriveColumn(column, column.name, (value) => {
      const age = /^(\d{1,3})(?:\.\d*)?\s*([YMWD]?)$/i.exec(value);
      return age && String(Math.floor(Number(age[1]) / (yearsIn[age[2]?.toUpperCase() || "Y"] ?? 1)));
    })
  );
}

/** Frontal or lateral from AP, PA, L, LL and their longer names; any other view is Other. */
export function readView(projection: LabelColumn | null): LabelColumn | null {
  return (
    projection &&
    deriveColumn(projection, "View", (value) => {
      if (/^(ap|pa|antero|postero|frontal)/i.test(value)) return "Frontal";
      if (/^(l|ll|rl|lld|rld|.*lat(eral)?\b.*)$/i.test(value)) return "Lateral";
      return value && "Other";
    })
  );
}
