// What of the finder's points is shown and picked. Pure; the figures themselves come from the lab.
import {
  type CurvePoint,
  type FinderPoint,
  type FinderResult,
  type FinderRun,
  type FinderSuggestions,
  SUGGESTIONS,
  type SuggestionName,
} from "../../protocol/finder";

/** fastai v1 leaves these out of its plot (`recorder.plot(skip_start=10, skip_end=5)`): all is drawn, these set no scale. */
const SKIP_START = 10;
const SKIP_END = 5;

/** Above the descent this share of it is shown, so that the rise after the minimum is seen to leave the plot. */
const RISE_SHOWN = 0.6;
/** A curve flatter than this share of its loss is drawn flat, not blown up. */
const LEAST_SPAN = 0.35;

/**
 * The losses to draw: the descent to the minimum of the points that set the scale, and some of the rise after it (which ends at four
 * times the lowest loss, and would flatten all else). Null where no point is finite.
 */
export function lossRange(points: readonly FinderPoint[], isComplete: boolean): [number, number] | null {
  const middle = points.length > SKIP_START + SKIP_END ? points.slice(SKIP_START, isComplete ? -SKIP_END : undefined) : points;
  const losses = middle.map(({ smoothed }) => smoothed).filter(Number.isFinite);
  if (losses.length === 0) return null;
  const low = Math.min(...losses);
  const start = Math.max(...losses.slice(0, losses.indexOf(low) + 1));
  const span = Math.max(start - low, LEAST_SPAN * low);
  return [Math.max(0, low - 0.15 * span), start + RISE_SHOWN * span];
}

/** A kept result's curve as it was drawn. */
export function curveOf({ lrs, losses, smoothed, runs }: FinderResult): CurvePoint[] {
  return lrs.map((lr, at) => {
    const mean = smoothed[at] ?? Number.NaN;
    const ofRuns = runs.flatMap((run) => run.smoothed[at] ?? []);
    const [low, high] = [Math.min(mean, ...ofRuns), Math.max(mean, ...ofRuns)];
    return { lr, loss: losses[at] ?? Number.NaN, smoothed: mean, low, high };
  });
}

/** The LR at this fraction (0 to 1) of the log axis from the first point to the last. */
export function lrAtFraction(points: readonly FinderPoint[], fraction: number): number | null {
  const first = points[0];
  const last = points.at(-1);
  return first && last ? first.lr * (last.lr / first.lr) ** fraction : null;
}

/** Powers of ten from the first LR to the last. */
export function decades(points: readonly FinderPoint[]): number[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return [];
  const from = Math.ceil(Math.log10(first.lr) - 1e-9);
  const to = Math.floor(Math.log10(last.lr) + 1e-9);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => 10 ** (from + index));
}

/** A picked LR as it is shown, so that what is read is what is used. */
export function roundLr(lr: number): number {
  return Number(lr.toPrecision(3));
}

export interface Flag {
  name: SuggestionName;
  lr: number;
  /** From the top. */
  row: number;
}

/**
 * The suggestions that lie on the curve, each on a row of its own with its name left of its line: from the right down to the left, so that
 * no line runs through another's name.
 */
export function flagSuggestions(suggestions: FinderSuggestions | null, points: readonly FinderPoint[]): Flag[] {
  const [first, last] = [points[0]?.lr ?? 0, points.at(-1)?.lr ?? 0];
  return SUGGESTIONS.flatMap((name) => {
    const lr = suggestions?.[name] ?? null;
    return lr !== null && lr >= first && lr <= last ? [{ name, lr }] : [];
  })
    .sort((a, b) => b.lr - a.lr)
    .map((flag, row) => ({ ...flag, row }));
}

/** From the lowest to the highest rate that the runs suggest, each by itself; null where there are not several. */
export function spreadOver(runs: readonly FinderRun[], name: SuggestionName): [number, number] | null {
  const lrs = runs.flatMap(({ suggestions }) => suggestions[name] ?? []);
  return lrs.length < 2 ? null : [Math.min(...lrs), Math.max(...lrs)];
}
