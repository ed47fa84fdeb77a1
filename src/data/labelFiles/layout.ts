// Says what the columns of a label table mean: which names the film, the patient, the view. It reads no files.
import type { ColumnSummary } from "../../protocol/dataset";
import { columnKey, type LabelColumn, type LabelTable } from "./labelCsv";

/** Extensions of files that are counted as films; not all of them can be decoded. */
export const FILM_EXTENSION = /\.(jpe?g|png|webp|bmp|gif|avif|tiff?|dcm|dicom)$/i;

/** CheXpert's fourteen observations (Irvin et al. 2019, table 1), as `columnKey` writes them. */
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
const PATIENT_NAMES = ["patient id", "patientid", "patient", "subject id"];
const PROJECTION_NAMES = ["ap/pa", "view position", "viewposition", "projection"];
const MOST_VALUES = 50;

export interface Layout {
  path: LabelColumn;
  patient: LabelColumn | null;
  /** Frontal or Lateral. */
  view: LabelColumn | null;
  /** AP or PA. */
  projection: LabelColumn | null;
  /** How many of CheXpert's observations have a column. */
  knownFindings: number;
  /** Why the layout is taken for CheXpert's, in a sentence. */
  reason: string;
}

/** The layout of a table, or null where no column names films. */
export function recogniseLayout(table: LabelTable, csvName: string): Layout | null {
  const byKey = new Map(table.columns.map((column) => [columnKey(column.name), column]));
  const find = (names: string[]) => names.map((name) => byKey.get(name)).find((column) => column !== undefined) ?? null;
  const named = find(PATH_NAMES);
  const path = named && (holdsFilmNames(named) || columnKey(named.name) === "path") ? named : table.columns.find(holdsFilmNames);
  if (!path) return null;
  const view = find(["frontal/lateral"]);
  const projection = find(PROJECTION_NAMES);
  const knownFindings = table.columns.filter((column) => CHEXPERT_FINDINGS.has(columnKey(column.name))).length;
  const pathReason = path === named ? `“${path.name}” names the films` : `“${path.name}” holds film file names`;
  const views = [view, projection].flatMap((column) => (column ? [`“${column.name}”`] : []));
  const viewReason = views.length > 0 ? `, ${views.join(" and ")} the view` : "";
  const reason =
    knownFindings > 0
      ? `${csvName} has CheXpert's columns: ${pathReason}${viewReason}, and ${knownFindings} of CheXpert's 14 findings have a column.`
      : `${csvName} is not in CheXpert's layout; it is read as one row a film: ${pathReason}${viewReason}, and its columns are taken as they are.`;
  return { path, patient: find(PATIENT_NAMES), view, projection, knownFindings, reason };
}

/** Half of the first distinct cells are file names of films. */
function holdsFilmNames(column: LabelColumn): boolean {
  const cells = column.values.slice(1, 1001);
  return cells.length > 0 && cells.filter((cell) => FILM_EXTENSION.test(cell)).length * 2 >= cells.length;
}

/** True where the codes stand for a finding: every cell in the first `rows` is 1, 0, -1 or blank, and at least one is 1. */
export function isFinding(column: LabelColumn, rows: number): boolean {
  const finding = column.values.map((value) => value === "" || value === "1" || value === "0" || value === "-1");
  const positive = column.values.indexOf("1");
  let positives = 0;
  for (let row = 0; row < rows; row++) {
    const code = column.codes[row] ?? 0;
    if (!finding[code]) return false;
    if (code === positive) positives++;
  }
  return positives > 0;
}

/** Columns that can be a target, findings first: a finding, or 2 to 50 values to choose from. Counts are over the first `rows`. */
export function summariseTargets(table: LabelTable, layout: Layout, rows: number): ColumnSummary[] {
  const summaries: ColumnSummary[] = [];
  for (const column of table.columns) {
    if (column === layout.path || column === layout.patient || column.values.length > 10 * MOST_VALUES) continue;
    const counts = new Uint32Array(column.values.length);
    for (let row = 0; row < rows; row++) counts[column.codes[row] ?? 0]! += 1;
    const values = column.values
      .map((value, code) => ({ value, rows: counts[code] ?? 0 }))
      .filter((entry) => entry.rows > 0)
      .sort((a, b) => b.rows - a.rows);
    const isLabel = isFinding(column, rows);
    const choices = values.filter((entry) => entry.value !== "");
    // A finding that no film shows is nothing to choose from.
    const hasPositive = choices.some((entry) => entry.value !== "0" && entry.value !== "-1");
    if (isLabel || (hasPositive && choices.length >= 2 && choices.length <= MOST_VALUES)) {
      summaries.push({ name: column.name, isLabel, values: values.slice(0, MOST_VALUES) });
    }
  }
  return [...summaries.filter((column) => column.isLabel), ...summaries.filter((column) => !column.isLabel)];
}
