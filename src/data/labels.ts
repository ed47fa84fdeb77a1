// Gives every row its label under the chosen target and policies, and counts what the labels are made of. It does not split or balance.
import type { FilmLabel } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { SampleSettings } from "../protocol/settings";
import type { FilmIndex } from "./filmIndex";
import { canonicalValue, columnKey } from "./labelFiles/labelCsv";
import { isFinding } from "./labelFiles/layout";

/** A label's code in `RowLabels.codes` is its place here; 0 and 1 are what training sees. */
export const LABELS = ["negative", "positive", "uncertain", "blank", "leftOut"] as const satisfies readonly FilmLabel[];
const NEGATIVE = 0;
const POSITIVE = 1;
const UNCERTAIN = 2;
const BLANK = 3;
const LEFT_OUT = 4;

export interface LabelCounts {
  positive: number;
  /** Every negative whose cell is not blank: 0, any other value, or -1 read as 0. */
  negativeExplicit: number;
  negativeBlank: number;
  uncertainIgnored: number;
  blankIgnored: number;
  lateralLeftOut: number;
}

export interface RowLabels {
  /** One of `LABELS` a row. Left out: rows without a film, laterals, and validation rows that the split does not use. */
  codes: Uint8Array;
  counts: LabelCounts;
}

/**
 * CheXpert's policies (Irvin et al. 2019, section 3.1). In a column that is no finding a blank cell says nothing and is always ignored.
 * @throws LabError badSettings where the target is no column or no value is chosen
 */
export function labelRows(index: FilmIndex, settings: SampleSettings): RowLabels {
  const column = index.table.columns.find((candidate) => columnKey(candidate.name) === columnKey(settings.target));
  if (!column) {
    const names = index.summary.columns.map((candidate) => candidate.name).join(", ");
    throw new LabError(
      "badSettings",
      `${index.summary.csvPath} has no column “${settings.target}”. Choose one of: ${names}.`,
      "Target",
    );
  }
  if (settings.positive.length === 0) {
    throw new LabError("badSettings", `Choose at least one value of “${column.name}” that counts as positive.`, "Target");
  }
  const finding = isFinding(column, index.trainRows);
  const positive = new Set(settings.positive.map(canonicalValue));
  const codeOfValue = Uint8Array.from(column.values, (value) => {
    if (positive.has(value)) return POSITIVE;
    if (value === "") return finding && settings.blank === "negative" ? NEGATIVE : BLANK;
    if (finding && value === "-1") return { ignore: UNCERTAIN, zero: NEGATIVE, one: POSITIVE }[settings.uncertain];
    return NEGATIVE;
  });

  const codes = new Uint8Array(index.rows).fill(LEFT_OUT);
  const counts = { positive: 0, negativeExplicit: 0, negativeBlank: 0, uncertainIgnored: 0, blankIgnored: 0, lateralLeftOut: 0 };
  const rows = settings.validation === "own" ? index.rows : index.trainRows;
  for (let row = 0; row < rows; row++) {
    if ((index.filmOfRow[row] ?? -1) < 0) continue;
    if (settings.frontalOnly && index.lateral[row]) {
      counts.lateralLeftOut++;
      continue;
    }
    const value = column.codes[row] ?? 0;
    const code = codeOfValue[value] ?? LEFT_OUT;
    codes[row] = code;
    if (code === POSITIVE) counts.positive++;
    else if (code === UNCERTAIN) counts.uncertainIgnored++;
    else if (code === BLANK) counts.blankIgnored++;
    else if (value === 0) counts.negativeBlank++;
    else counts.negativeExplicit++;
  }
  return { codes, counts };
}
