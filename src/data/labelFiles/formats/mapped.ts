// Reads tables of one row a film by a mapping that says which column is what, and guesses the mapping where nobody says. It knows no format.
import type { ColumnMapping } from "../../../protocol/dataset";
import { findColumn, type LabelColumn } from "../columns";
import { type LabelHead, readTable, type TablePart } from "../csvTable";
import { listTargets } from "../findings";
import { findPath, holdsFilmNames, isBookkeeping, keepNamedRows, readAge, readPatient, readView, requireColumn } from "./cells";
import { type FilmRows, makeFilmRows } from "./format";
import { describeUntaken, namesParts, noneIfTraining, readParts } from "./parts";

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

/** What the columns are, and what of that has to be said. */
export interface Understanding {
  mapping: ColumnMapping;
  notes: string[];
}

/** Null where no column names films. */
export function guessMapping({ path: file, columns }: LabelHead): Understanding | null {
  const path = findPath(columns) ?? findColumn(columns, ...ID_NAMES);
  if (!path) return null;
  const find = (role: keyof typeof ROLE_NAMES) => findColumn(columns, ...ROLE_NAMES[role])?.name;
  const split = findColumn(columns, ...ROLE_NAMES.split);
  const isSplit = split !== null && namesParts(split);
  const mapping = {
    path: path.name,
    // A path that names the patient is surer than a column that may number anything.
    patient: readPatient(path) ? undefined : find("patient"),
    study: find("study"),
    view: find("view"),
    projection: find("projection"),
    sex: find("sex"),
    age: find("age"),
    split: isSplit ? split.name : undefined,
  };
  return { mapping, notes: split && !isSplit ? [`${file}: ${describeUntaken(split)}`] : [] };
}

/** @throws LabError badCsv, noUsableColumn where a column of the mapping is not there */
export async function readMapped(
  files: TablePart[],
  { mapping, notes: understood }: Understanding,
  onRows: (rows: number) => void,
): Promise<FilmRows> {
  const wanted = [...listRoles(mapping), ...(mapping.labels ?? [])];
  const { table, leftOut, notes } = keepNamedRows(await readTable(files, wanted, onRows), mapping.path);
  const column = (name: string | undefined) => (name === undefined ? null : requireColumn(table, name));
  const path = requireColumn(table, mapping.path);
  const split = column(mapping.split);
  const own = split ? readParts(split, table.part) : { part: noneIfTraining(table.part), notes: [] };
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
    labels: listTargets(listLabels(table, mapping), own.part),
    part: own.part,
    rowsRead: leftOut + table.rows,
    rowsLeftOut: leftOut,
    files: table.reports,
    mapping,
    notes: [...understood, ...notes, ...own.notes],
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
  return columns.filter((column) => ![path, patient, study, split].includes(column.name) && !isBookkeeping(column));
}
