// Any CSV with one row a film: what its columns are is guessed from their names and cells, or told by a person.

import type { ColumnMapping } from "../../../protocol/dataset";
import { findColumn, type LabelColumn } from "../columns";
import { type LabelHead, readTable, type Table } from "../csvTable";
import { listTargets, MOST_CHOICES } from "../findings";
import {
  findPath,
  hasColumns,
  holdsFilmNames,
  keepNamedRows,
  readAge,
  readPart,
  readPatient,
  readView,
  requireColumn,
} from "./cells";
import { chooseHead, partOf, withOwnParts } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";

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
function guessMapping({ columns }: LabelHead): ColumnMapping | null {
  const path = findPath(columns) ?? findColumn(columns, ...ID_NAMES);
  if (!path) return null;
  const find = (role: keyof typeof ROLE_NAMES) => findColumn(columns, ...ROLE_NAMES[role])?.name;
  const split = findColumn(columns, ...ROLE_NAMES.split);
  const isSplit = split?.values.every((value) => value === "" || readPart(value) !== undefined);
  return {
    path: path.name,
    patient: find("patient"),
    study: find("study"),
    view: find("view"),
    projection: find("projection"),
    sex: find("sex"),
    age: find("age"),
    split: isSplit ? split?.name : undefined,
  };
}

function recognise(heads: LabelHead[], _lists: unknown, told?: ColumnMapping): Recognition | null {
  const candidates = heads.filter((head) => (told ? hasColumns(head, told.path) : mayHoldLabels(head)));
  const withLabels = candidates.filter((head) => holdsLabels(head, told));
  const prefer = (name: string) => (/^train\./.test(name) ? 3 : /train/.test(name) ? 2 : /valid|val|test/.test(name) ? 0 : 1);
  const main = chooseHead(withLabels, prefer) ?? chooseHead(candidates, prefer);
  const mapping = main && (told ?? guessMapping(main));
  if (!main || !mapping) return null;
  const roles = listRoles(mapping);
  const files = withOwnParts(main, heads, mapping.path, (name) => !roles.includes(name));
  const path = findColumn(main.columns, mapping.path);
  const names = path && holdsFilmNames(path) ? "holds film file names" : "names the films";
  const views = [mapping.view, mapping.projection].filter(Boolean).map((name) => `“${name}”`);
  const viewReason = views.length > 0 ? `, ${views.join(" and ")} the view` : "";
  return {
    reason: `${main.path} is not in a known dataset's layout; it is read as one row a film: “${mapping.path}” ${names}${viewReason}, and its columns are taken as they are.`,
    files,
    read: async (onRows) => {
      const { table, leftOut, notes } = keepNamedRows(
        await readTable(files, [...roles, ...(mapping.labels ?? [])], onRows),
        mapping.path,
      );
      const column = (name: string | undefined) => (name === undefined ? null : requireColumn(table, name));
      const filmPath = requireColumn(table, mapping.path);
      const split = column(mapping.split);
      const part = split ? readParts(split) : partOf(table);
      const projection = column(mapping.projection);
      return makeFilmRows({
        path: filmPath,
        pathIsId: !holdsFilmNames(filmPath),
        patient: column(mapping.patient) ?? readPatient(filmPath),
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
        notes,
      });
    },
  };
}

function listRoles({ labels, ...roles }: ColumnMapping): string[] {
  return Object.values(roles).filter((name) => name !== undefined);
}

/** A column that only negatives have in the head is no target yet, but more than the names of files. */
function mayHoldLabels(head: LabelHead): boolean {
  const mapping = guessMapping(head);
  return mapping !== null && listLabels(head, mapping).some(({ values }) => values.length <= MOST_CHOICES);
}

function holdsLabels(head: LabelHead, told: ColumnMapping | undefined): boolean {
  const mapping = told ?? guessMapping(head);
  return mapping !== null && listTargets(listLabels(head, mapping), null).length > 0;
}

function listLabels({ columns }: Pick<Table, "columns">, { labels, path, patient, study, split }: ColumnMapping): LabelColumn[] {
  if (labels) return labels.flatMap((name) => findColumn(columns, name) ?? []);
  return columns.filter(({ name }) => ![path, patient, study, split].includes(name));
}

/** What is no word for a part counts as training. */
function readParts(split: LabelColumn): Uint8Array {
  const partOfCode = split.values.map((value) => readPart(value) ?? 0);
  return Uint8Array.from(split.codes, (code) => partOfCode[code] ?? 0);
}

export const anyCsv: Format = {
  id: "anyCsv",
  name: "Any CSV",
  needs: "a CSV with a column that holds the films' file names",
  recognise,
};
