// Which rows are the dataset's own training, validation and test: what words and files' names say of it. It splits nothing itself.
import { countValues, type LabelColumn } from "../columns";
import { count } from "../wording";

const TRAINING = 0;
const TEST = 2;
/** The blank's code in every column. */
const BLANK = 0;

const PARTS = new Map(
  [
    ["train", "training"],
    ["valid", "val", "validate", "validation", "dev"],
    ["test", "testing"],
  ].flatMap((words, part) => words.map((word): [string, number] => [word, part])),
);

/** 0 for a word that means training, 1 for validation, 2 for test; undefined for any other. */
export function readPart(word: string): number | undefined {
  return PARTS.get(word.trim().toLowerCase());
}

/** Other words of a column than those for parts, the blank aside. */
function listStrangers({ values }: LabelColumn): string[] {
  return values.filter((value) => value !== "" && readPart(value) === undefined);
}

/** Whether more rows hold words for parts than other words, or none holds any other. */
export function namesParts(column: LabelColumn): boolean {
  let [known, strange] = [0, 0];
  for (const [code, rows] of countValues(column).entries()) {
    if (code === BLANK) continue;
    if (readPart(column.values[code] ?? "") === undefined) strange += rows;
    else known += rows;
  }
  return strange === 0 || known > strange;
}

export interface OwnParts {
  /** 0 for training, 1 for validation, 2 for test; null where all is training. */
  part: Uint8Array | null;
  notes: string[];
}

/**
 * A row is in the part that its word names. Where that is training, or nothing known, a file named validation or test keeps the row;
 * in other files a word that is no part is held out as test, for nothing may be trained on by mistake.
 * @param filePart the part of each row's file
 */
export function readParts(split: LabelColumn, filePart: Uint8Array | null): OwnParts {
  const words = split.values.map((value) => (value === "" ? TRAINING : readPart(value)));
  const fileOf = (row: number) => filePart?.[row] ?? TRAINING;
  const part = Uint8Array.from(split.codes, (code, row) => words[code] || fileOf(row) || (words[code] ?? TEST));
  const countRows = (isMeant: (code: number, file: number) => boolean) => {
    let rows = 0;
    for (const [row, code] of split.codes.entries()) if (isMeant(code, fileOf(row))) rows++;
    return rows;
  };
  const overruled = countRows((code, file) => file !== TRAINING && code !== BLANK && words[code] === TRAINING);
  const blank = countRows((code, file) => file === TRAINING && code === BLANK);
  const strange = countRows((code, file) => file === TRAINING && words[code] === undefined);
  const notes: string[] = [];
  const say = (rows: number, note: string) => rows > 0 && notes.push(`“${split.name}” ${note}`);
  say(
    overruled,
    `says training for ${count(overruled, "row", "rows")} of files that are named validation or test; the files' names count.`,
  );
  say(blank, `names no part for ${count(blank, "row, which counts", "rows, which count")} as training.`);
  const others = quoteFirst(listStrangers(split));
  say(
    strange,
    `holds words that are no part, such as ${others}: ${count(strange, "row counts", "rows count")} as the dataset's own test, not to be trained on.`,
  );
  return { part: noneIfTraining(part), notes };
}

/** Null where all rows are training: the dataset has no parts of its own. */
export function noneIfTraining(part: Uint8Array): Uint8Array | null {
  return part.some((code) => code !== TRAINING) ? part : null;
}

/** Why a column that is called split is not taken for one. */
export function describeUntaken(split: LabelColumn): string {
  return `“${split.name}” is not taken for the dataset's own parts, because half of its first rows or more hold other words, such as ${quoteFirst(listStrangers(split))}.`;
}

function quoteFirst(words: string[]): string {
  return words
    .slice(0, 3)
    .map((word) => `“${word}”`)
    .join(", ");
}
