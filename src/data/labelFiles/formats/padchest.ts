// PadChest (Bustos et al. 2020): one row a film, its labels a Python list in a cell. The most frequent labels become columns.
import { columnOf, findColumn, type LabelColumn } from "../columns";
import { type LabelHead, readTable } from "../csvTable";
import { listTargets } from "../findings";
import { count } from "../wording";
import { hasColumns, keepNamedRows, readAge, readView, requireColumn } from "./cells";
import { chooseHead } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";

const PATH = "ImageID";
const LABELS = "Labels";
const PATIENT = "PatientID";
const STUDY = "StudyID";
const BIRTH = "PatientBirth";
const DATE = "StudyDate_DICOM";
/** A label of fewer films than this teaches nothing. */
const FEWEST_FILMS = 10;
const MOST_LABELS = 200;
const OTHER_TARGETS = [
  "PatientSex_DICOM",
  "Projection",
  "MethodProjection",
  "Pediatric",
  "Modality_DICOM",
  "Manufacturer_DICOM",
  "MethodLabel",
];

function recognise(heads: LabelHead[]): Recognition | null {
  const main = chooseHead(heads.filter((head) => hasColumns(head, PATH, LABELS, "Projection")));
  if (!main) return null;
  return {
    reason: `${main.path} has PadChest's columns: “${PATH}” names the films, “${LABELS}” lists their labels and “Projection” is the view. A label that is not listed is read as 0.`,
    files: [main],
    read: async (onRows) => {
      const wanted = [PATH, LABELS, PATIENT, STUDY, BIRTH, DATE];
      const { table, leftOut, notes } = keepNamedRows(await readTable([main], wanted, onRows), PATH);
      const path = requireColumn(table, PATH);
      const listed = requireColumn(table, LABELS);
      const projection = findColumn(table.columns, "Projection");
      const { columns, rare } = makeLabelColumns(listed);
      const others = OTHER_TARGETS.flatMap((name) => findColumn(table.columns, name) ?? []);
      if (rare > 0)
        notes.push(
          `${main.path}: ${count(rare, "label has", "labels have")} no column, being of fewer than ${FEWEST_FILMS} films or beyond the ${MOST_LABELS} most frequent.`,
        );
      return makeFilmRows({
        path,
        patient: findColumn(table.columns, PATIENT),
        study: findColumn(table.columns, STUDY),
        view: readView(projection),
        projection,
        sex: findColumn(table.columns, "PatientSex_DICOM"),
        age: readAge(subtractYears(findColumn(table.columns, DATE), findColumn(table.columns, BIRTH))),
        labels: listTargets([...columns, ...others], null),
        rowsRead: leftOut + table.rows,
        rowsLeftOut: leftOut,
        files: table.reports,
        notes,
      });
    },
  };
}

/** `['cardiomegaly', "Chilaiditi's sign"]` as its labels. */
function readPythonList(cell: string): string[] {
  return Array.from(cell.matchAll(/'([^']*)'|"([^"]*)"/g), ([, single, double]) => (single ?? double ?? "").trim()).filter(
    Boolean,
  );
}

const BLANK = 0;
const IS_LISTED = 1;
const IS_NOT_LISTED = 2;

/** A column of 1, 0 and blank (where nothing at all is listed) for each label, the most frequent first. */
function makeLabelColumns(listed: LabelColumn): { columns: LabelColumn[]; rare: number } {
  const numbers = new Map<string, number>();
  const labelsOfCode = listed.values.map((cell) =>
    [...new Set(readPythonList(cell))].map((label) => {
      const number = numbers.get(label) ?? numbers.size;
      numbers.set(label, number);
      return number;
    }),
  );
  const films = new Uint32Array(numbers.size);
  for (const code of listed.codes) for (const label of labelsOfCode[code] ?? []) films[label]! += 1;
  const frequent = [...numbers]
    .filter(([, number]) => (films[number] ?? 0) >= FEWEST_FILMS)
    .sort(([, a], [, b]) => (films[b] ?? 0) - (films[a] ?? 0))
    .slice(0, MOST_LABELS);
  const columns = frequent.map(([name]) => {
    const codes = new Uint8Array(listed.codes.length).fill(IS_NOT_LISTED);
    return { name, values: ["", "1", "0"], codes, blankIsUnknown: true };
  });
  const columnOfLabel = new Map(frequent.map(([, number], i) => [number, columns[i]]));
  listed.codes.forEach((code, row) => {
    const labels = labelsOfCode[code] ?? [];
    if (labels.length === 0) for (const { codes } of columns) codes[row] = BLANK;
    for (const label of labels) {
      const column = columnOfLabel.get(label);
      if (column) column.codes[row] = IS_LISTED;
    }
  });
  return { columns, rare: numbers.size - frequent.length };
}

/** The year of the study less the year of birth, film by film. */
function subtractYears(date: LabelColumn | null, birth: LabelColumn | null): LabelColumn | null {
  if (!date || !birth) return null;
  const yearOf = (value: string) => Number(/^\d{4}/.exec(value)?.[0] ?? Number.NaN);
  const studied = date.values.map(yearOf);
  const born = birth.values.map(yearOf);
  const ages = Array.from(date.codes, (code, row) => (studied[code] ?? 0) - (born[birth.codes[row] ?? 0] ?? 0));
  return columnOf(
    "Age",
    ages.map((age) => (age >= 0 ? String(age) : "")),
  );
}

export const padchest: Format = {
  id: "padchest",
  name: "PadChest",
  needs: `a CSV with the columns “${PATH}”, “${LABELS}” and “Projection”`,
  recognise,
};
