// Reads label CSVs into a dictionary-encoded table, a piece at a time. It knows nothing of what the columns mean: see `layout.ts`.
import Papa, { type ParseResult } from "papaparse";
import { LabError } from "../../protocol/labError";
import { sha256 } from "../../storage/sha256";

const PIECE_BYTES = 4 * 2 ** 20;
/** A row longer than this is a quote that was never closed. */
const MAX_ROW_CHARACTERS = 2 ** 20;

type Codes = Uint8Array | Uint16Array | Uint32Array;

export interface LabelColumn {
  name: string;
  /** One code a row: an index into `values`. */
  codes: Codes;
  /** Distinct cells, trimmed and with 1.0 written as 1; `values[0]` is always the blank. */
  values: string[];
}

export interface LabelTable {
  rows: number;
  columns: LabelColumn[];
}

/** What was read of one CSV. */
export interface CsvReport {
  rows: number;
  /** SHA-256 of the file's bytes, in hex. */
  sha256: string;
  /** Rows with more or fewer cells than the header; missing cells are blank, extra ones passed over. */
  raggedRows: number;
  /** The first such row as a text editor counts: the header is row 1. */
  firstRaggedRow: number | null;
  /** Header names that were given twice, as renamed. */
  renamedColumns: string[];
}

/** A cell as it is compared: trimmed, and 1.0 the same as 1. */
export function canonicalValue(cell: string): string {
  const value = cell.trim();
  const whole = /^([+-]?)0*(\d+)(?:\.0*)?$/.exec(value);
  // Digits alone are left as they are, so that "007" stays an identifier.
  if (!whole || !/[.+-]/.test(value)) return value;
  const digits = whole[2] ?? "";
  return whole[1] === "-" && digits !== "0" ? `-${digits}` : digits;
}

/** A header as it is compared: `No_Finding` and `No Finding` are the same column. */
export function columnKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, " ");
}

class ColumnBuilder {
  readonly name: string;
  readonly values = [""];
  private readonly byCell = new Map([["", 0]]);
  private readonly byValue = new Map([["", 0]]);
  private codes = new Uint32Array(1024);

  constructor(name: string) {
    this.name = name;
  }

  set(row: number, cell: string): void {
    let code = this.byCell.get(cell);
    if (code === undefined) {
      const value = canonicalValue(cell);
      code = this.byValue.get(value);
      if (code === undefined) {
        code = this.values.push(value) - 1;
        this.byValue.set(value, code);
      }
      this.byCell.set(cell, code);
    }
    if (row >= this.codes.length) {
      const wider = new Uint32Array(Math.max(this.codes.length * 2, row + 1));
      wider.set(this.codes);
      this.codes = wider;
    }
    this.codes[row] = code;
  }

  build(rows: number): LabelColumn {
    const narrow = this.values.length <= 2 ** 8 ? Uint8Array : this.values.length <= 2 ** 16 ? Uint16Array : Uint32Array;
    const codes = new narrow(rows);
    codes.set(this.codes.subarray(0, rows));
    return { name: this.name, codes, values: this.values };
  }
}

/** Header cells as unique, non-empty names. */
function nameColumns(header: string[]): { names: string[]; renamed: string[] } {
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

/** A table filled from one CSV, or from several with the same columns (rows of later ones follow). */
export class LabelTableBuilder {
  private columns: ColumnBuilder[] = [];
  private rows = 0;

  /**
   * Reads `file` to its end, or its first `maxBytes`. The first CSV's header makes the columns; those of later ones are matched by name.
   * @throws LabError badCsv naming the row
   */
  async append(file: Blob, name: string, onRows: (rows: number) => void = () => {}, maxBytes = Infinity): Promise<CsvReport> {
    const report: CsvReport = { rows: 0, sha256: "", raggedRows: 0, firstRaggedRow: null, renamedColumns: [] };
    let targets: (ColumnBuilder | undefined)[] | null = null;
    let lines = 0;
    for await (const cells of readRows(file, name, maxBytes)) {
      lines++;
      if (!targets) {
        const { names, renamed } = nameColumns(cells);
        report.renamedColumns = renamed;
        targets = this.matchColumns(names);
        continue;
      }
      if (cells.length === 1 && cells[0]?.trim() === "") continue;
      if (cells.length !== targets.length) {
        report.raggedRows++;
        report.firstRaggedRow ??= lines;
      }
      for (let i = 0; i < targets.length; i++) targets[i]?.set(this.rows, cells[i] ?? "");
      this.rows++;
      report.rows++;
      if (report.rows % 20_000 === 0) onRows(report.rows);
    }
    if (!targets) throw new LabError("badCsv", `${name} is empty: it has not even a header row. Choose another label CSV.`, name);
    if (maxBytes === Infinity) report.sha256 = await sha256(await file.arrayBuffer());
    return report;
  }

  build(): LabelTable {
    return { rows: this.rows, columns: this.columns.map((column) => column.build(this.rows)) };
  }

  private matchColumns(names: string[]): (ColumnBuilder | undefined)[] {
    if (this.columns.length === 0) {
      this.columns = names.map((name) => new ColumnBuilder(name));
      return this.columns;
    }
    const byKey = new Map(this.columns.map((column) => [columnKey(column.name), column]));
    return names.map((name) => byKey.get(columnKey(name)));
  }
}

/** Cells row by row, header first. Holds one piece of the file at a time; CRLF and CR become LF. */
async function* readRows(file: Blob, name: string, maxBytes: number): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  const end = Math.min(file.size, maxBytes);
  let parser: Papa.Parser | null = null;
  let rest = "";
  let heldReturn = false;
  let rows = 0;
  for (let from = 0; from < end; from += PIECE_BYTES) {
    const to = Math.min(from + PIECE_BYTES, end);
    const isLast = to === file.size;
    let text = decoder.decode(await file.slice(from, to).arrayBuffer(), { stream: !isLast });
    if (heldReturn) text = `\r${text}`;
    // A CR at the end of a piece may be half a CRLF.
    heldReturn = !isLast && text.endsWith("\r");
    if (heldReturn) text = text.slice(0, -1);
    rest += text.replaceAll(/\r\n?/g, "\n");
    if (rest.includes("\0")) {
      throw new LabError("badCsv", `${name} is not a text file. Save it as CSV in UTF-8 and open the folder again.`, name);
    }
    parser ??= new Papa.Parser({ delimiter: guessDelimiter(rest), newline: "\n" });
    const { data, errors, meta }: ParseResult<string[]> = parser.parse(rest, 0, !isLast);
    const [error] = errors;
    if (error) throw badQuote(name, rows + (error.row ?? data.length) + 1);
    yield* data;
    rows += data.length;
    rest = isLast ? "" : rest.slice(meta.cursor);
    if (rest.length > MAX_ROW_CHARACTERS + PIECE_BYTES) throw badQuote(name, rows + 1);
  }
}

function guessDelimiter(text: string): string {
  return Papa.parse<string[]>(text.slice(0, 2 ** 16), { preview: 20 }).meta.delimiter;
}

function badQuote(name: string, row: number): LabError {
  const message = `${name}, row ${row}: a quotation mark is opened and not closed properly. Correct that row and open the folder again.`;
  return new LabError("badCsv", message, `${name}:${row}`);
}
