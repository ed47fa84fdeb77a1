// Reads tables of one row a film by a mapping that says which column is what, and guesses the mapping where nobody says. It knows no format.
import type { ColumnMapping } from "../../../protocol/dataset";
import { findColumn, type LabelColumn } from "../columns";
import { type LabelHead, readTable, type TablePart } from "../csvTable";
import { listTargets } from "../findings";
import { findPath, holdsFilmNames, keepNamedRows, readAge, readPart, readPatient, readView, requireColumn } from "./cells";
import { partOf } from "./files";
import { type FilmRows, makeFilmRows } from "./format";

/** Columns of names without an extension. */
const ID_NAMES = ["image id", "imageid", "img id", "image name", "image", "filename", "file name", "film"];
const ROLE_NAMES = {
  patient: ["patient id", "patientid", "patient", "subject id", "subject"],
  study: ["study id", "studyid", "study", "accession number"],
  view: ["frontal/lateral", "view"],
  projection: ["ap/pa", "view position", "viewposition", "projection"],
  sex: ["sex", "gender", "patient sex", "patient gender"],
  age: ["age", "patient age"],
  split: ["split", "subset", "partition"],
} as const;

/** Null where no column names films. */
export function guessMapping({ columns }: LabelHead): ColumnMapping | null {
  const path = findPath(columns) ?? findColumn(columns, ...ID_NAMES);
  if (!path) return null;
  const find = (role: keyof typeof ROLE_NAMES) => findColumn(columns, ...ROLE_NAMES[role])?.name;
  const split = findColumn(columns, ...ROLE_NAMES.split);
  const isSplit = split?.values.every((value) => value === "" || readPart(value) !== undefined);
  return {
    path: path.name,
    // A path that names the patient is surer than a column that may number anything.
    patient: readPatient(path) ? undefined : find("patient"),
    study: find("study"),
    view: find("view"),
    projection: find("projection"),
    sex: find("sex"),
    age: find("age"),
    split: isSplit ? split?.name : undefined,
  };
}

/** @throws LabError badCsv, noUsableColumn where a column of the mapping is not there */
export async function readMapped(files: TablePart[], mapping: ColumnMapping, onRows: (rows: number) => void): Promise<FilmRows> {
  const wanted = [...listRoles(mapping), ...(mapping.labels ?? [])];
  const { table, leftOut, notes } = keepNamedRows(await readTable(files, wanted, onRows), mapping.path);
  const column = (name: string | undefined) => (name === undefined ? null : requireColumn(table, name));
  const path = requireColumn(table, mapping.path);
  const split = column(mapping.split);
  const part = split ? readParts(split) : partOf(table);
  const projection = column(mapping.projection);
  return makeFilmRows({
    path,
    pathIsId: !holdsFilmNames(path),
    patient: column(mapping.patient) ?? readPatient(path),
    study: column(mapping.study),
    view: readView(column(mapping.view) ?? projection),
    projection,
    sex: column(mapping.sex),
    age: readAge(column(mapping.age)),
    labels: listTargets(listLabels(table, mapping), part),
    part,
    rowsRead: leftOut + table.rows,
    rowsLeftOut: leftOut,
    files: table.reports,
    mapping,
    notes: [...notes, ...(split ? describeStrangers(split) : [])],
  });
}

/** Names of the columns that are something other than labels. */
export function listRoles({ labels, ...roles }: ColumnMapping): string[] {
  return Object.values(roles).filter((name) => name !== undefined);
}

/** Columns that may be a target. */
export function listLabels(
  { columns }: { columns: LabelColumn[] },
  { labels, path, patient, study, split }: ColumnMapping,
): LabelColumn[] {
  if (labels) return labels.flatMap((name) => findColumn(columns, name) ?? []);
  return columns.filter(({ name }) => ![path, patient, study, split].includes(name));
}

function readParts(split: LabelColumn): Uint8Array {
  const partOfCode = split.values.map((value) => readPart(value) ?? 0);
  return Uint8Array.from(split.codes, (code) => partOfCode[code] ?? 0);
}

function describeStrangers(split: LabelColumn): string[] {
  const words = split.values.filter((value) => readPart(value) === undefined && value !== "").map((value) => `“${value}”`);
  if (words.length === 0) return [];
  return [
    `“${split.name}” holds words that name no part, such as ${words.slice(0, 3).join(", ")}; their rows count as training.`,
  ];
}
