// Label columns, dictionary-encoded: a small code for each row, each distinct cell once. It reads no file.

export type Codes = Uint8Array | Uint16Array | Uint32Array;

export interface LabelColumn {
  name: string;
  /** One code a row: an index into `values`. */
  codes: Codes;
  /** Distinct cells, trimmed and with 1.0 written as 1; `values[0]` is always the blank. */
  values: string[];
  /** True where a blank says that there is no report: it is unknown whatever the policy for blanks, which is for findings a report leaves out. */
  blankIsUnknown?: boolean;
}

/** The column's cell in a row; blank where the row has none. */
export function cellOf({ values, codes }: LabelColumn, row: number): string {
  return values[codes[row] ?? 0] ?? "";
}

/** A cell as it is compared: trimmed, and 1.0 (or 1,0) the same as 1. */
export function canonicalValue(cell: string): string {
  const value = cell.trim();
  // Only what ends in a nought, or in the point itself, or has a sign can be written otherwise.
  const last = value.charCodeAt(value.length - 1);
  const first = value.charCodeAt(0);
  if (last !== ZERO && last !== POINT && first !== PLUS && first !== MINUS) return value;
  const whole = /^([+-]?)0*(\d+)(?:\.0*|,0)?$/.exec(value);
  // Digits alone are left as they are, so that "007" stays an identifier.
  if (!whole || !/[.,+-]/.test(value)) return value;
  const digits = whole[2] ?? "";
  return whole[1] === "-" && digits !== "0" ? `-${digits}` : digits;
}
const ZERO = 0x30;
const POINT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** A header as it is compared: `No_Finding` and `No Finding` are the same column. */
export function columnKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, " ");
}

/** The narrowest array that holds codes of that many values. */
function makeCodes(rows: number, values: number): Codes {
  return values <= 2 ** 8 ? new Uint8Array(rows) : values <= 2 ** 16 ? new Uint16Array(rows) : new Uint32Array(rows);
}

/** Strings shorter than this are copied when cut from a text; longer ones are views that keep the whole text alive. */
const VIEW_CHARACTERS = 13;

/** Distinct texts and their codes; the blank is code 0. */
class Dictionary {
  readonly values = [""];
  private readonly codes = new Map([["", 0]]);
  private lastText = "";
  private lastCode = 0;

  /** Undefined for a text that was not met. */
  find(text: string): number | undefined {
    // Many columns say the same row after row.
    if (text === this.lastText) return this.lastCode;
    const code = this.codes.get(text);
    if (code === undefined) return undefined;
    this.lastText = text;
    this.lastCode = code;
    return code;
  }

  encode(text: string): number {
    const known = this.find(text);
    if (known !== undefined) return known;
    const value = copyText(text);
    const code = this.values.push(value) - 1;
    this.codes.set(value, code);
    return code;
  }

  /** Another spelling of a text that was met. */
  addSpelling(text: string, code: number): void {
    this.codes.set(copyText(text), code);
  }
}

/** A column filled from its first row on. */
export class ColumnBuilder {
  readonly name: string;
  private codes = new Uint32Array(1024);
  /** Null once there are more than `mostValues` distinct cells: the column is given up then, and takes no memory. */
  private dictionary: Dictionary | null = new Dictionary();
  private readonly mostValues: number;

  constructor(name: string, mostValues = Infinity) {
    this.name = name;
    this.mostValues = mostValues;
  }

  /** Takes the cell at `place` of each row of the batch, whose first is row `from` of the column. */
  addRows(from: number, batch: string[][], place: number): void {
    for (let i = 0; i < batch.length; i++) this.set(from + i, batch[i]?.[place] ?? "");
  }

  set(row: number, cell: string): void {
    if (!this.dictionary) return;
    if (row >= this.codes.length) {
      const wider = new Uint32Array(Math.max(this.codes.length * 2, row + 1));
      wider.set(this.codes);
      this.codes = wider;
    }
    this.codes[row] = this.dictionary.find(cell) ?? this.addCell(this.dictionary, cell);
  }

  /** Null where the column was given up. */
  build(rows: number): LabelColumn | null {
    if (!this.dictionary) return null;
    const { values } = this.dictionary;
    const codes = makeCodes(rows, values.length);
    codes.set(this.codes.subarray(0, rows));
    return { name: this.name, codes, values };
  }

  private addCell(dictionary: Dictionary, cell: string): number {
    const value = canonicalValue(cell);
    const code = dictionary.encode(value);
    if (value !== cell) dictionary.addSpelling(cell, code);
    if (dictionary.values.length > this.mostValues) {
      this.dictionary = null;
      this.codes = new Uint32Array(0);
    }
    return code;
  }
}

/** A column of those cells, written as a label file would. */
export function columnOf(name: string, cells: Iterable<string>): LabelColumn {
  const builder = new ColumnBuilder(name);
  let rows = 0;
  for (const cell of cells) builder.set(rows++, cell);
  return builder.build(rows) as LabelColumn;
}

/** A column whose cells are `map` of another's, called once a distinct value; null is the blank. */
export function deriveColumn(source: LabelColumn, name: string, map: (value: string) => string | null): LabelColumn {
  const dictionary = new Dictionary();
  const codeOfCode = new Uint32Array(source.values.length);
  for (const [code, value] of source.values.entries()) codeOfCode[code] = dictionary.encode(map(value) ?? "");
  const { values } = dictionary;
  const codes = makeCodes(source.codes.length, values.length);
  for (let row = 0; row < codes.length; row++) codes[row] = codeOfCode[source.codes[row] ?? 0] ?? 0;
  return { name, codes, values };
}

/** The cells of those rows, in that order. */
export function selectRows(column: LabelColumn, rows: Uint32Array): LabelColumn {
  const codes = makeCodes(rows.length, column.values.length);
  for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i] ?? 0] ?? 0;
  return { ...column, codes };
}

/** How many rows have each value. */
export function countValues(column: LabelColumn): Uint32Array {
  const counts = new Uint32Array(column.values.length);
  for (const code of column.codes) counts[code]! += 1;
  return counts;
}

/** The first column that goes by one of those names, the names in order of preference. */
export function findColumn(columns: LabelColumn[], ...names: string[]): LabelColumn | null {
  for (const name of names) {
    const found = columns.find((column) => columnKey(column.name) === columnKey(name));
    if (found) return found;
  }
  return null;
}

/** The text as a string of its own, which does not keep alive the one that it was cut from. */
function copyText(text: string): string {
  return text.length < VIEW_CHARACTERS ? text : ` ${text}`.slice(1);
}
