// Reads label CSVs into dictionary-encoded columns. It does not know what the columns mean: see `formats/`.
import { LabError } from "../../protocol/labError";
import { ColumnBuilder, columnKey, type LabelColumn, selectRows } from "./columns";
import { readRows } from "./csvRows";
import { type Encoding, type LabelText, openText } from "./labelText";

/** A column with more distinct cells than this can be no target; unless it was asked for it is given up. */
const MOST_VALUES = 500;
/** More cells than this in a header are a file that is no table. */
const MOST_COLUMNS = 4096;

/** Progress is told once in so many rows. */
const ROWS_TOLD = 20_000;

export interface LabelFile {
  path: string;
  file: Blob;
  /** True where a person chose it: the labels are read from it, and other files only join it. */
  isChosen?: boolean;
}

/** The start of a candidate file, by which its format is recognised. */
export interface LabelHead extends LabelFile {
  rows: number;
  columns: LabelColumn[];
}

/** What was read of one file. */
export interface FileReport {
  path: string;
  /** SHA-256 of the file's bytes as they are stored, in hex. */
  sha256: string;
  encoding: Encoding;
  /** Rows under the header, or names in a list, which has none; blank lines are no rows. */
  rows: number;
  /** The blank lines, each by its row as a spreadsheet counts: the file's first is row 1. */
  blankLines: number[];
  /** Line ends inside quoted cells. With these, the lines of the file are the header, rows, blank lines and line ends in cells. */
  quotedLineEnds: number;
  /** Rows with more or fewer cells than the header; missing cells are blank, extra ones passed over. */
  raggedRows: number;
  /** The first such row as a spreadsheet counts. */
  firstRaggedRow: number | null;
  /** Header names that were given twice, as renamed. */
  renamedColumns: string[];
}

export interface Table {
  rows: number;
  columns: LabelColumn[];
  /** The `part` of each row's file. */
  part: Uint8Array;
  reports: FileReport[];
}

/** A file of the table: `part` is 0 for training, 1 for the dataset's own validation, 2 for its own test. */
export interface TablePart extends LabelFile {
  part?: number;
}

/**
 * One table of all `files`: the first one's header makes the columns, those of later ones are matched by name. Columns not named in `wanted`
 * are there only while they have no more than 500 distinct cells.
 * @throws LabError noCsv where a file is empty, badCsv naming file and row
 */
export async function readTable(
  files: TablePart[],
  wanted: (string | undefined)[],
  onRows: (rows: number) => void = () => {},
): Promise<Table> {
  const keys = new Set(wanted.map((name) => name && columnKey(name)));
  const builder = new TableBuilder((name) => (keys.has(columnKey(name)) ? Infinity : MOST_VALUES));
  const reports: FileReport[] = [];
  const ends: number[] = [];
  for (const file of files) {
    reports.push(await builder.append(file, "whole", onRows));
    ends.push(builder.rows);
  }
  const part = new Uint8Array(builder.rows);
  for (const [i, file] of files.entries()) part.fill(file.part ?? 0, ends[i - 1] ?? 0, ends[i]);
  return { rows: builder.rows, columns: builder.build(), part, reports };
}

/** @throws LabError noCsv where the file holds no rows, badCsv where it is broken */
export async function readHead(candidate: LabelFile): Promise<LabelHead> {
  const { path, file } = candidate;
  const builder = new TableBuilder(() => Infinity);
  await builder.append({ path, file }, "head");
  if (builder.rows === 0) {
    throw new LabError("noCsv", `${path} has a header and no rows under it. Choose another label file.`, path);
  }
  return { ...candidate, rows: builder.rows, columns: builder.build() };
}

/** Where a spreadsheet shows the row that is number `row`, from 0, under the header. */
export function sheetRow({ blankLines }: FileReport, row: number): number {
  const header = 1;
  let shown = row + header + 1;
  for (const blank of blankLines) if (blank <= shown) shown++;
  return shown;
}

/** Of a file of which no row has been read. */
export function startReport(path: string, { sha256, encoding }: LabelText): FileReport {
  return {
    path,
    sha256,
    encoding,
    rows: 0,
    blankLines: [],
    quotedLineEnds: 0,
    raggedRows: 0,
    firstRaggedRow: null,
    renamedColumns: [],
  };
}

/** The rows that `isKept` lets pass. */
export function filterTable(table: Table, isKept: (row: number) => boolean): Table {
  const kept = new Uint32Array(table.rows);
  let rows = 0;
  for (let row = 0; row < table.rows; row++) if (isKept(row)) kept[rows++] = row;
  if (rows === table.rows) return table;
  const selected = kept.subarray(0, rows);
  return {
    ...table,
    rows,
    columns: table.columns.map((column) => selectRows(column, selected)),
    part: Uint8Array.from(selected, (row) => table.part[row] ?? 0),
  };
}

class TableBuilder {
  rows = 0;
  private columns: ColumnBuilder[] | null = null;
  private readonly mostValues: (column: string) => number;

  constructor(mostValues: (column: string) => number) {
    this.mostValues = mostValues;
  }

  async append(
    { path, file }: LabelFile,
    extent: "whole" | "head",
    onRows: (rows: number) => void = () => {},
  ): Promise<FileReport> {
    const text = await openText(file, path, extent);
    const report = startReport(path, text);
    let targets: (ColumnBuilder | undefined)[] | null = null;
    let told = this.rows;
    for await (const { rows: batch, quotedLineEnds } of readRows(text, path)) {
      report.quotedLineEnds += quotedLineEnds;
      if (!targets) {
        const header = takeHeader(batch, report);
        if (!header) continue;
        const { names, renamed } = nameColumns(header, path);
        report.renamedColumns = renamed;
        targets = this.matchColumns(names);
      }
      const rows = countRows(batch, targets.length, report);
      // Column by column: each one's dictionary is at hand while its cells are looked up.
      for (const [i, target] of targets.entries()) target?.addRows(this.rows, rows, i);
      this.rows += rows.length;
      report.rows += rows.length;
      if (this.rows - told < ROWS_TOLD) continue;
      told = this.rows;
      onRows(told);
    }
    if (!targets) throw new LabError("noCsv", `${path} is empty: it has not even a header row. Choose another label file.`, path);
    return report;
  }

  build(): LabelColumn[] {
    return (this.columns ?? []).flatMap((column) => column.build(this.rows) ?? []);
  }

  private matchColumns(names: string[]): (ColumnBuilder | undefined)[] {
    if (!this.columns) {
      this.columns = names.map((name) => new ColumnBuilder(name, this.mostValues(name)));
      return this.columns;
    }
    const byKey = new Map(this.columns.map((column) => [columnKey(column.name), column]));
    return names.map((name) => byKey.get(columnKey(name)));
  }
}

function isBlank(cells: string[]): boolean {
  return cells.length === 1 && cells[0]?.trim() === "";
}

/** Takes the first row that is no blank line off the batch. */
function takeHeader(batch: string[][], report: FileReport): string[] | undefined {
  for (let cells = batch.shift(); cells; cells = batch.shift()) {
    if (!isBlank(cells)) return cells;
    report.blankLines.push(report.blankLines.length + 1);
  }
  return undefined;
}

/** The rows of a batch that are no blank lines; blank and ragged ones are counted into the report. */
function countRows(batch: string[][], columns: number, report: FileReport): string[][] {
  const rows: string[][] = [];
  for (const cells of batch) {
    const header = 1;
    const shown = header + report.rows + rows.length + report.blankLines.length + 1;
    if (isBlank(cells)) {
      report.blankLines.push(shown);
      continue;
    }
    rows.push(cells);
    // Blank cells too many, as a separator at the row's end makes, are no loss.
    if (cells.length >= columns && cells.slice(columns).every((cell) => cell.trim() === "")) continue;
    report.raggedRows++;
    report.firstRaggedRow ??= shown;
  }
  return rows;
}

/** Header cells as unique, non-empty names. */
function nameColumns(header: string[], path: string): { names: string[]; renamed: string[] } {
  if (header.length > MOST_COLUMNS) {
    const message = `${path} cannot be read: its header row has ${header.length} cells. Choose another label file.`;
    throw new LabError("badCsv", message, `${path}:1`);
  }
  const seen = new Set<string>();
  const renamed: string[] = [];
  const names = header.map((cell, i) => {
    const given = cell.trim() || `Column ${i + 1}`;
    let name = given;
    for (let n = 2; seen.has(columnKey(name)); n++) name = `${given} (${n})`;
    if (name !== given) renamed.push(name);
    seen.add(columnKey(name));
    return name;
  });
  return { names, renamed };
}
