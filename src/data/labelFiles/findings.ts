// Says which columns can be a training target, and which of them are findings. It labels no film: that is the label policy's part.
import { countValues, deriveColumn, type LabelColumn } from "./columns";

/** More values than this are nothing to choose from. */
export const MOST_CHOICES = 50;

export interface TargetColumn extends LabelColumn {
  /** True where every cell is 1, 0, -1 (uncertain) or blank and at least one is 1: the label policies apply. Words for these are written so. */
  isFinding: boolean;
  /** Each of `values` as the file writes it first ("Yes" for 1), for display. */
  written: string[];
  /** Training rows with each of `values`. */
  counts: Uint32Array;
  /** Values that count as positive until a person chooses others; empty where none suggests itself. */
  defaultPositive: string[];
}

const FINDING_WORDS = new Map(
  Object.entries({
    "1": ["1", "true", "yes", "y", "positive", "pos", "present", "ja", "oui", "si", "sí", "sì", "sim"],
    "0": ["0", "false", "no", "n", "negative", "neg", "absent", "nein", "non", "não", "nao"],
    "-1": ["-1", "uncertain", "equivocal"],
    "": ["", "nan", "na", "n/a", "null"],
  }).flatMap(([value, words]) => words.map((word): [string, string] => [word, value])),
);

/** 1, 0, -1 or blank, or nothing where the value is no word for these. */
function readWord(value: string): string | undefined {
  return FINDING_WORDS.get(value.toLowerCase());
}

const NORMAL = /^(normal|healthy|control|negative|no[ _-]?findings?)$/i;

/** The columns that can be a target, findings first. `part` leaves all but its noughts out of the counts. */
export function listTargets(columns: LabelColumn[], part: Uint8Array | null): TargetColumn[] {
  const targets = columns.flatMap((column) => toTarget(column, part) ?? []);
  return [...targets.filter((column) => column.isFinding), ...targets.filter((column) => !column.isFinding)];
}

/** A column to choose values from, though they may look like a finding's. */
export function makeChoice(column: LabelColumn, part: Uint8Array | null, defaultPositive: string[]): TargetColumn {
  return { ...column, isFinding: false, written: column.values, counts: countTraining(column, part), defaultPositive };
}

/** Null where the column is no finding and has not 2 to 50 values to choose from. */
function toTarget(column: LabelColumn, part: Uint8Array | null): TargetColumn | null {
  // Of a dictionary that large something must be no word for a finding, and too much to choose from.
  if (column.values.length > 10 * MOST_CHOICES) return null;
  const met = countValues(column);
  const isWord = column.values.every((value, code) => met[code] === 0 || readWord(value) !== undefined);
  const isWritten = column.values.every((value) => readWord(value) === value);
  const finding = isWord && !isWritten ? deriveColumn(column, column.name, (value) => readWord(value) ?? "") : column;
  const counts = countTraining(finding, part);
  if (isWord) {
    const written = finding.values.map((value) => column.values.find((word) => readWord(word) === value) ?? value);
    const positives = counts[finding.values.indexOf("1")] ?? 0;
    return positives > 0 ? { ...finding, isFinding: true, written, counts, defaultPositive: ["1"] } : null;
  }
  const choices = column.values.filter((value, code) => value !== "" && (counts[code] ?? 0) > 0);
  if (choices.length < 2 || choices.length > MOST_CHOICES) return null;
  return makeChoice(column, part, suggestPositive(choices));
}

/** Of two classes the one that is not called normal. */
function suggestPositive(choices: string[]): string[] {
  const ill = choices.filter((value) => !NORMAL.test(value));
  return choices.length === 2 && ill.length === 1 ? ill : [];
}

function countTraining(column: LabelColumn, part: Uint8Array | null): Uint32Array {
  if (!part) return countValues(column);
  const counts = new Uint32Array(column.values.length);
  for (let row = 0; row < part.length; row++) if (part[row] === 0) counts[column.codes[row] ?? 0]! += 1;
  return counts;
}
