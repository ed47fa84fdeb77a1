// Gives every row its labels under the chosen targets and policies, and counts what the main one's are made of. It does not split or balance.
import type { FilmLabel } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { type SampleSettings, type TargetSettings, targetsOf } from "../protocol/settings";
import type { FilmIndex } from "./filmIndex";
import { canonicalValue, cellOf, columnKey } from "./labelFiles/columns";
import type { TargetColumn } from "./labelFiles/findings";
import { OUT, type Sides } from "./split";

/** A label's code in `RowLabels.codes` is its place here; 0 and 1 are what training sees. */
export const LABELS = ["negative", "positive", "uncertain", "blank", "leftOut"] as const satisfies readonly FilmLabel[];
const NEGATIVE = 0;
const POSITIVE = 1;
const UNCERTAIN = 2;
const BLANK = 3;
const LEFT_OUT = 4;

export interface LabelCounts {
  positive: number;
  /** Of these, -1 read as 1. */
  positiveUncertain: number;
  /** Every negative whose cell is not blank: 0, any other value, or -1 read as 0. */
  negativeExplicit: number;
  /** Of these, -1 read as 0. */
  negativeUncertain: number;
  negativeBlank: number;
  uncertainIgnored: number;
  blankIgnored: number;
  lateralLeftOut: number;
  doubtfulLeftOut: number;
  /** As `Sides` counts them. */
  heldOut: number;
  sharedLeftOut: number;
}

export interface RowLabels {
  /** Under the main target, one of `LABELS` a row. Left out: laterals, doubtful films, and rows that are on neither side. */
  codes: Uint8Array;
  /** The same under every target, the main one first. */
  byTarget: Uint8Array[];
  /** Of the main target. */
  counts: LabelCounts;
}

/** Whether a row that is on either side is positive under the main target. @throws LabError badSettings as `labelRows` */
export function tellPositives(index: FilmIndex, settings: SampleSettings): (row: number) => boolean {
  const { column, codeOfValue } = readTarget(index, settings, "Target");
  const leftOut = tellLeftOut(index, settings);
  return (row) => leftOut(row) === null && codeOfValue[column.codes[row] ?? 0] === POSITIVE;
}

/** Why a row is left out whatever its label; null where it is not. */
function tellLeftOut(
  { lateral, labels: { path } }: FilmIndex,
  { frontalOnly, doubtful }: SampleSettings,
): (row: number) => "lateral" | "doubtful" | null {
  const isDoubtful = doubtful.length > 0 ? new Set(doubtful) : null;
  return (row) => {
    if (frontalOnly && lateral[row] === 1) return "lateral";
    return isDoubtful?.has(cellOf(path, row)) ? "doubtful" : null;
  };
}

interface ReadTarget {
  column: TargetColumn;
  /** The label of each of the column's values. */
  codeOfValue: Uint8Array;
}

/** @throws LabError badSettings where a target is no column or has no positive value, or a column is chosen twice */
export function labelRows(index: FilmIndex, sides: Sides, settings: SampleSettings): RowLabels {
  const targets = targetsOf(settings).map((target, at) => readTarget(index, target, at === 0 ? "Target" : "Further target"));
  const twice = targets.find(({ column }, at) => targets.findIndex((other) => other.column === column) < at);
  if (twice) {
    const message = `“${twice.column.name}” is chosen as a target twice. Remove it once.`;
    throw new LabError("badSettings", message, "Further target");
  }
  const [main, ...more] = targets as [ReadTarget, ...ReadTarget[]];
  const { codes, counts } = labelByMain(index, sides, settings, main);
  const others = more.map(({ column, codeOfValue }) =>
    codes.map((code, row) => (code === LEFT_OUT ? LEFT_OUT : (codeOfValue[column.codes[row] ?? 0] ?? LEFT_OUT))),
  );
  return { codes, byTarget: [codes, ...others], counts };
}

/** CheXpert's policies (Irvin et al. 2019, section 3.1). A blank cell that says nothing, as in a column that is no finding, is always ignored. */
function readTarget(index: FilmIndex, settings: TargetSettings, at: string): ReadTarget {
  const column = index.labels.labels.find((candidate) => columnKey(candidate.name) === columnKey(settings.target));
  if (!column) {
    const names = index.summary.columns.map((candidate) => candidate.name).join(", ");
    throw new LabError(
      "badSettings",
      `${index.summary.csvPath} has no column “${settings.target}”. Choose one of: ${names}.`,
      at,
    );
  }
  if (settings.positive.length === 0) {
    throw new LabError("badSettings", `Choose at least one value of “${column.name}” that counts as positive.`, at);
  }
  const finding = column.isFinding;
  const positive = new Set(settings.positive.map(canonicalValue));
  const codeOfValue = Uint8Array.from(column.values, (value) => {
    if (positive.has(value)) return POSITIVE;
    if (value === "") return finding && !column.blankIsUnknown && settings.blank === "negative" ? NEGATIVE : BLANK;
    if (finding && value === "-1") return { ignore: UNCERTAIN, zero: NEGATIVE, one: POSITIVE }[settings.uncertain];
    return NEGATIVE;
  });
  return { column, codeOfValue };
}

function labelByMain(index: FilmIndex, sides: Sides, settings: SampleSettings, { column, codeOfValue }: ReadTarget) {
  const codes = new Uint8Array(index.rows).fill(LEFT_OUT);
  const counts: LabelCounts = {
    positive: 0,
    positiveUncertain: 0,
    negativeExplicit: 0,
    negativeUncertain: 0,
    negativeBlank: 0,
    uncertainIgnored: 0,
    blankIgnored: 0,
    lateralLeftOut: 0,
    doubtfulLeftOut: 0,
    heldOut: sides.heldOut,
    sharedLeftOut: sides.sharedLeftOut,
  };
  const leftOut = tellLeftOut(index, settings);
  const uncertain = column.isFinding ? column.values.indexOf("-1") : -1;
  for (let row = 0; row < index.rows; row++) {
    if (sides.of[row] === OUT) continue;
    const reason = leftOut(row);
    if (reason) {
      counts[`${reason}LeftOut`]++;
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
    if (value !== uncertain) continue;
    if (code === POSITIVE) counts.positiveUncertain++;
    else if (code === NEGATIVE) counts.negativeUncertain++;
  }
  return { codes, counts };
}
