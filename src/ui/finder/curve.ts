// What of the finder's points is shown and picked. Pure; the figures themselves come from the lab.
import type { FinderPoint } from "../../protocol/training";

/** fastai v1 leaves these out of its plot (`recorder.plot(skip_start=10, skip_end=5)`): all is drawn, these set no scale. */
const SKIP_START = 10;
const SKIP_END = 5;

/** Loss from lowest to highest over the points that set the scale, with a margin; null where none is finite. */
export function lossRange(points: readonly FinderPoint[], isComplete: boolean): [number, number] | null {
  const middle = points.length > SKIP_START + SKIP_END ? points.slice(SKIP_START, isComplete ? -SKIP_END : undefined) : points;
  const losses = middle.map(({ smoothed }) => smoothed).filter(Number.isFinite);
  if (losses.length === 0) return null;
  const low = Math.min(...losses);
  const high = Math.max(...losses);
  const margin = Math.max((high - low) * 0.12, 1e-3);
  return [Math.max(0, low - margin), high + margin];
}

/** Index of the point whose LR is nearest on the log axis; -1 where there are none. */
export function nearestPoint(points: readonly FinderPoint[], lr: number): number {
  let best = -1;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [index, point] of points.entries()) {
    const distance = Math.abs(Math.log(point.lr / lr));
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  }
  return best;
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
