// The one way from label files to rows of films, whatever their format. It lists no folder, matches no film and labels nothing.
import type { ColumnMapping, FileFormat, LabelFormat } from "../../protocol/dataset";
import { LabError } from "../../protocol/labError";
import { type FileReport, type LabelFile, type LabelHead, readHead } from "./csvTable";
import { listTargets } from "./findings";
import { anyCsv } from "./formats/anyCsv";
import { isBookkeeping } from "./formats/cells";
import { chexpert } from "./formats/chexpert";
import { nameOf } from "./formats/files";
import type { FilmRows, Format, Recognition } from "./formats/format";
import { guessMapping } from "./formats/mapped";
import { mimic } from "./formats/mimic";
import { nih } from "./formats/nih";
import { padchest } from "./formats/padchest";
import { rsna } from "./formats/rsna";
import { vindr } from "./formats/vindr";
import { count } from "./wording";

/** In the order in which they are tried: VinDr's findings would pass for CheXpert's, and everything for any CSV. */
const FORMATS: readonly Format[] = [vindr, chexpert, nih, mimic, padchest, rsna, anyCsv];

/** What a person overrules; a mapping alone means any CSV. */
export interface FileChoice {
  format?: FileFormat | undefined;
  mapping?: ColumnMapping | undefined;
}

export interface LabelledTable extends FilmRows {
  format: LabelFormat;
  /** Why this format, in a sentence that names files and columns. */
  reason: string;
  /** Other formats that the same files could be read as. */
  alternatives: FileFormat[];
  /** Names of all columns of the main file, from which a person maps. */
  columns: string[];
}

export interface RecognisedFormat extends Recognition {
  format: FileFormat;
  alternatives: FileFormat[];
}

/** The start of every candidate that can be read, and why the others cannot. */
export interface Candidates {
  heads: LabelHead[];
  /** Lists of file names, such as NIH's official split. */
  lists: LabelFile[];
  unreadable: (LabelFile & { problem: LabError })[];
}

const isList = (path: string) => /_list\.txt$/.test(nameOf(path));
/** Any text may be called `.txt`; other names are those of tables. */
const isTable = ({ path }: { path: string }) => !/\.txt(\.gz)?$/i.test(path);

/** Likely label files before texts that may hold anything, then by name: for where not all of them can be looked into. */
export function orderCandidates(paths: string[]): string[] {
  const key = (path: string) => [isTable({ path }) || isList(path) ? 0 : 1, nameOf(path), path].join("\0");
  return paths
    .map((path) => ({ path, key: key(path) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ path }) => path);
}

/**
 * Reads the labels out of `files`: all candidates of a folder, of which the right ones are taken. Where a person chose some, the labels are
 * read from these, and the others only join them.
 * @throws LabError noCsv where no file holds a table, badCsv where a file is broken, noUsableColumn where the tables hold no labels of films
 */
export async function readLabels(
  files: LabelFile[],
  choice: FileChoice = {},
  onRows: (rows: number) => void = () => {},
): Promise<LabelledTable> {
  const candidates = await readCandidates(files);
  const recognised = recogniseFormat(candidates, choice);
  const main = candidates.heads.find(({ path }) => path === recognised.files[0]?.path);
  const columns = main?.columns.map(({ name }) => name) ?? [];
  const rows = await recognised.read(onRows);
  if (rows.labels.length === 0) throw unlabelled(listMeant(candidates), main?.path ?? "", columns, rows);
  const { format, reason, alternatives } = recognised;
  const notes = [...describePassedOver(candidates, recognised), ...rows.files.flatMap(describeReport), ...rows.notes];
  return { ...rows, format, reason, alternatives, columns, notes };
}

/** Reads the first 256 KiB of each file. */
export async function readCandidates(files: LabelFile[]): Promise<Candidates> {
  const candidates: Candidates = { heads: [], lists: [], unreadable: [] };
  for (const file of files) {
    if (isList(file.path)) {
      candidates.lists.push(file);
      continue;
    }
    try {
      candidates.heads.push(await readHead(file));
    } catch (problem) {
      if (!(problem instanceof LabError)) throw problem;
      candidates.unreadable.push({ ...file, problem });
    }
  }
  return candidates;
}

/** Whether any of the files is a table with a column of findings, be its films named or not. */
export async function holdFindings(files: LabelFile[]): Promise<boolean> {
  return (await readCandidates(files)).heads.some((head) => isTable(head) && holdsFinding(head));
}

function holdsFinding({ columns }: LabelHead): boolean {
  const others = columns.filter((column) => !isBookkeeping(column));
  return columns.length > 1 && listTargets(others, null).some(({ isFinding }) => isFinding);
}

/** Those that a person chose; all where he chose none. */
function listMeant({ heads, lists, unreadable }: Candidates): Candidates {
  if (![...heads, ...lists, ...unreadable].some(({ isChosen }) => isChosen)) return { heads, lists, unreadable };
  const isMeant = ({ isChosen }: LabelFile) => isChosen === true;
  return { heads: heads.filter(isMeant), lists: lists.filter(isMeant), unreadable: unreadable.filter(isMeant) };
}

/** @throws LabError noCsv, badCsv, noUsableColumn */
export function recogniseFormat(candidates: Candidates, { format, mapping }: FileChoice = {}): RecognisedFormat {
  const meant = listMeant(candidates);
  const meantPaths = new Set([...meant.heads, ...meant.lists].map(({ path }) => path));
  const found = FORMATS.flatMap(({ id, recognise }) => {
    const recognition = recognise(candidates.heads, candidates.lists, mapping);
    return recognition?.files.some(({ path }) => meantPaths.has(path)) ? [{ ...recognition, format: id }] : [];
  });
  // A mapping says how any CSV is read.
  const wanted = format ?? (mapping ? anyCsv.id : found[0]?.format);
  const chosen = found.find((recognised) => recognised.format === wanted);
  if (!chosen)
    throw unrecognised(
      meant,
      FORMATS.find(({ id }) => id === wanted),
    );
  return { ...chosen, alternatives: found.map((other) => other.format).filter((id) => id !== wanted) };
}

function unrecognised({ heads, unreadable }: Candidates, wanted: Format | undefined): LabError {
  const tables = heads.filter(isTable);
  const readable = tables.find(holdsFinding) ?? tables[0];
  const unreadTables = unreadable.filter(isTable);
  const broken = findBroken(unreadable);
  // Unless a format was chosen, which was after what can be read.
  if (broken && !(readable && wanted)) return broken;
  // Of texts nobody expects labels while there is a table, be it an empty one or a spreadsheet.
  const head = readable ?? (unreadTables.length === 0 ? heads[0] : undefined);
  if (!head) {
    const nothing = new LabError("noCsv", "There is no label file among these files. Choose a CSV.");
    return (unreadTables[0] ?? unreadable[0])?.problem ?? nothing;
  }
  const names = head.columns.map(({ name }) => name);
  if (!wanted && guessMapping(head)) return noLabels(head.path, names);
  const columns = listNames(names);
  const message = wanted
    ? `${head.path} cannot be read as ${wanted.name}: that needs ${wanted.needs}. Its columns are ${columns}. Choose another format or label file.`
    : `${head.path}: no column holds the films' file names (such as patient00001/study1/view1_frontal.jpg). Its columns are ${columns}. Choose another label file, or say which column names the films.`;
  return new LabError("noUsableColumn", message, head.path);
}

function noLabels(path: string, columns: string[]): LabError {
  const message = `${path}: no column beside the film's name holds labels: 1, 0, -1 and blank, or 2 to 50 different values. Its columns are ${listNames(columns)}. Choose another label file.`;
  return new LabError("noUsableColumn", message, path);
}

function unlabelled({ unreadable }: Candidates, path: string, columns: string[], { rows, part }: FilmRows): LabError {
  const isAllHeldOut = rows > 0 && part !== null && !part.includes(0);
  if (!isAllHeldOut) return findBroken(unreadable) ?? noLabels(path, columns);
  const message = `${path}: ${rows === 1 ? "its one row belongs" : `all of its ${rows} rows belong`} to the dataset's own validation or test, none is left for training. Choose another label file, or another column for the split.`;
  return new LabError("noUsableColumn", message, path);
}

/** A broken table is the likelier label file than one that holds other things. */
function findBroken(unreadable: Candidates["unreadable"]): LabError | undefined {
  return unreadable.find((candidate) => isTable(candidate) && candidate.problem.code === "badCsv")?.problem;
}

function listNames(names: string[]): string {
  const first = names.slice(0, 12).map((name) => `“${name}”`);
  return `${first.join(", ")}${names.length > 12 ? " and more" : ""}`;
}

function describePassedOver({ heads, unreadable }: Candidates, { files }: Recognition): string[] {
  const used = new Set(files.map(({ path }) => path));
  // Beside labels lie texts that nobody takes for labels.
  const other = heads.filter((head) => !used.has(head.path) && isTable(head));
  return [
    ...other.map(({ path }) => `${path} is passed over: the labels are taken from ${[...used].join(" and ")}.`),
    ...unreadable.filter(isTable).map(({ path, problem }) => `${path} is passed over: ${problem.message}`),
  ];
}

function describeReport({ path, encoding, raggedRows, firstRaggedRow, renamedColumns, quotedLineEnds }: FileReport): string[] {
  const notes = renamedColumns.map((name) => `${path}: a column name is given twice; the later one is called “${name}”.`);
  if (encoding === "windows-1252") notes.push(`${path} is not valid UTF-8; it is read as Windows-1252 (Latin-1).`);
  if (raggedRows > 0) {
    notes.push(
      `${path}: ${count(raggedRows, "row has", "rows have")} more or fewer cells than the header, ${raggedRows === 1 ? "namely" : "the first is"} row ${firstRaggedRow}; missing cells are read as blank.`,
    );
  }
  // Texts may run over lines; where there are none, a stray quotation mark has swallowed rows.
  if (quotedLineEnds > 0) {
    notes.push(
      `${path}: ${count(quotedLineEnds, "line end is inside a cell", "line ends are inside cells")} in quotation marks and ${quotedLineEnds === 1 ? "ends" : "end"} no row.`,
    );
  }
  return notes;
}
