// VinDr-CXR and VinBigData (Nguyen et al. 2022): several readers a film, one row a box or one row a reader. Each finding becomes a column that
// says how many readers saw it; which number is positive is the user's choice.
import { LabError } from "../../../protocol/labError";
import { columnOf, findColumn, type LabelColumn } from "../columns";
import { type FileReport, type LabelHead, readTable, type Table } from "../csvTable";
import { listTargets, makeChoice, type TargetColumn } from "../findings";
import { hasColumns, holdsFilmNames, isBookkeeping, keepNamedRows, requireColumn } from "./cells";
import { chooseHead, folderOf, preferTraining } from "./files";
import { type Format, makeFilmRows, type Recognition } from "./format";

const PATH = "image_id";
const READER = "rad_id";
const CLASS = "class_name";
const MOST_CLASSES = 200;

const isBoxes = (head: LabelHead) => hasColumns(head, PATH, CLASS);
/** One row a film and reader, a column a finding. */
const isReadings = (head: LabelHead) => hasColumns(head, PATH, READER) && !hasColumns(head, CLASS) && head.columns.length > 2;

function recognise(heads: LabelHead[]): Recognition | null {
  // Readings hold findings that have no box as well.
  const main = chooseHead(heads.filter(isReadings), preferTraining) ?? chooseHead(heads.filter(isBoxes), preferTraining);
  if (!main) return null;
  const isTest = (head: LabelHead) =>
    head !== main &&
    /test/i.test(head.path) &&
    folderOf(head.path) === folderOf(main.path) &&
    (isBoxes(main) ? isBoxes(head) : hasColumns(head, PATH) && !isBoxes(head) && sharesFinding(head, main));
  const test = chooseHead(heads.filter(isTest));
  const shape = isBoxes(main)
    ? `“${PATH}” names the films and “${CLASS}” what a box shows`
    : `“${PATH}” names the films and every finding has a column`;
  return {
    reason: `${main.path} has VinDr-CXR's columns: ${shape}, by reader. A film's label is the number of readers that say so.`,
    files: [main, ...(test ? [test] : [])],
    read: async (onRows) => {
      const panels = [await readPanel(main, onRows), ...(test ? [await readPanel(test, onRows)] : [])];
      const most = panels.reduce((count, panel) => Math.max(count, panel.mostReaders), 1);
      const path = columnOf(
        PATH,
        panels.flatMap((panel) => panel.films),
      );
      const part = test ? Uint8Array.from(panels.flatMap((panel, i) => panel.films.map(() => i * 2))) : null;
      return makeFilmRows({
        path,
        pathIsId: !holdsFilmNames(path),
        labels: makeLabels(panels, most, part),
        part,
        rowsRead: panels.reduce((sum, panel) => sum + panel.rows + panel.leftOut, 0),
        rowsMerged: panels.reduce((sum, panel) => sum + panel.rows - panel.films.length, 0),
        rowsLeftOut: panels.reduce((sum, panel) => sum + panel.leftOut, 0),
        files: panels.flatMap((panel) => panel.reports),
        notes: panels.flatMap((panel) => [...panel.notes, ...describeConsensus(panel, most)]),
      });
    },
  };
}

function sharesFinding(head: LabelHead, main: LabelHead): boolean {
  return main.columns.some(({ name }) => name !== PATH && name !== READER && findColumn(head.columns, name) !== null);
}

/** What the readers of one file say. */
interface Panel {
  films: string[];
  /** For each finding the number of readers that see it, film by film. */
  votes: Map<string, Uint16Array>;
  mostReaders: number;
  rows: number;
  leftOut: number;
  reports: FileReport[];
  notes: string[];
}

async function readPanel(head: LabelHead, onRows: (rows: number) => void): Promise<Panel> {
  const { table, leftOut, notes } = keepNamedRows(await readTable([head], [PATH, READER, CLASS], onRows), PATH);
  const path = requireColumn(table, PATH);
  const films = path.values.slice(1);
  const reader = findColumn(table.columns, READER);
  const readers = new Uint16Array(films.length);
  eachOnce(path, [reader], (film) => (readers[film]! += 1));
  const mostReaders = readers.reduce((most, count) => Math.max(most, count), 1);
  const votes = isBoxes(head) ? countBoxes(table, path, reader) : countReadings(table, path, reader);
  return { films, votes, mostReaders, rows: table.rows, leftOut, reports: table.reports, notes };
}

/** A reader who draws two boxes of a class says so once. */
function countBoxes(table: Table, path: LabelColumn, reader: LabelColumn | null): Map<string, Uint16Array> {
  const classes = requireColumn(table, CLASS);
  if (classes.values.length > MOST_CLASSES) {
    const file = table.reports[0]?.path ?? "";
    const message = `${file}: “${CLASS}” holds ${classes.values.length} different classes, too many to be findings. Choose another label file.`;
    throw new LabError("noUsableColumn", message, file);
  }
  const counts = classes.values.map(() => new Uint16Array(path.values.length - 1));
  eachOnce(path, [classes, reader], (film, row) => {
    const count = counts[classes.codes[row] ?? 0];
    if (count) count[film]! += 1;
  });
  return new Map(classes.values.flatMap((name, code) => (name === "" ? [] : [[name, counts[code] ?? new Uint16Array()]])));
}

function countReadings(table: Table, path: LabelColumn, reader: LabelColumn | null): Map<string, Uint16Array> {
  const votes = new Map<string, Uint16Array>();
  for (const target of listTargets(table.columns, null)) {
    if (!target.isFinding || isBookkeeping(target) || target.name === reader?.name || target.name === path.name) continue;
    const positive = target.values.indexOf("1");
    const count = new Uint16Array(path.values.length - 1);
    eachOnce(path, [reader], (film, row) => {
      if (target.codes[row] === positive) count[film]! += 1;
    });
    votes.set(target.name, count);
  }
  return votes;
}

/** Calls back for the first row of each film and each combination of the other columns' cells. */
function eachOnce(path: LabelColumn, others: (LabelColumn | null)[], call: (film: number, row: number) => void): void {
  const seen = new Set<number>();
  for (let row = 0; row < path.codes.length; row++) {
    const film = (path.codes[row] ?? 0) - 1;
    const key = others.reduce((sum, column) => (column ? sum * column.values.length + (column.codes[row] ?? 0) : sum), film);
    if (seen.has(key)) continue;
    seen.add(key);
    call(film, row);
  }
}

/** Where one reader only, or a consensus, has the word, his findings are findings; else more than half of the readers are suggested. */
function makeLabels(panels: Panel[], most: number, part: Uint8Array | null): TargetColumn[] {
  const names = new Set(panels.flatMap((panel) => [...panel.votes.keys()]));
  const columns = [...names].map((name) => {
    const counts = panels.flatMap((panel) => {
      const weight = panel.mostReaders === 1 ? most : 1;
      const votes = panel.votes.get(name);
      return panel.films.map((_, film) => String((votes?.[film] ?? 0) * weight));
    });
    return columnOf(name, counts);
  });
  if (most === 1) return listTargets(columns, part);
  return columns.map((column) =>
    makeChoice(
      column,
      part,
      column.values.filter((value) => Number(value) * 2 > most),
    ),
  );
}

function describeConsensus({ mostReaders, reports }: Panel, most: number): string[] {
  if (mostReaders === most) return [];
  return [`${reports[0]?.path} holds one reading a film, a consensus; it counts as all ${most} readers.`];
}

export const vindr: Format = {
  id: "vindr",
  name: "VinDr-CXR",
  needs: `a CSV with the columns “${PATH}” and “${CLASS}”, or “${PATH}”, “${READER}” and a column for each finding`,
  recognise,
};
