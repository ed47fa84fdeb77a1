// Thins a run's steps to what a chart can show, so that 100,000 steps stay fluid. Pure; it draws nothing.
import type { StepColumns } from "../../protocol/steps";
import { extentOf } from "../plot/scale";

export interface ThinPoint {
  step: number;
  loss: number;
  /** Exponential moving average of the loss so far, bias-corrected, as fastai v1 shows it (beta 0.98). */
  smoothed: number;
  lr: number;
}

const BETA = 0.98;

/**
 * The first `count` of `steps` in at most `buckets` buckets of consecutive steps: of each the lowest and the highest loss, in order,
 * so no spike is lost; and the very last step. A bucket holds a power of two of steps, so that points stay where they are as the run
 * grows. Losses that are not finite are passed over.
 */
export function thinSteps(steps: StepColumns, count: number, buckets: number): ThinPoint[] {
  let size = 1;
  while (count / size > buckets) size *= 2;
  const points: ThinPoint[] = [];
  let average = 0;
  let weight = 0;
  let lowest: ThinPoint | null = null;
  let highest: ThinPoint | null = null;
  let last: ThinPoint | null = null;

  const close = () => {
    if (lowest && highest) {
      const inOrder = lowest.step <= highest.step ? [lowest, highest] : [highest, lowest];
      points.push(...(lowest === highest ? [lowest] : inOrder));
    }
    lowest = null;
    highest = null;
  };

  for (let step = 0; step < count; step++) {
    const loss = steps.loss[step]!;
    if (step % size === 0) close();
    if (!Number.isFinite(loss)) continue;
    average = BETA * average + (1 - BETA) * loss;
    weight = BETA * weight + (1 - BETA);
    const toPoint = (): ThinPoint => ({ step, loss, smoothed: average / weight, lr: steps.lr[step]! });
    // Only points that may be kept are made: a run has many more steps.
    if (!lowest || loss < lowest.loss) lowest = toPoint();
    if (!highest || loss > highest.loss) highest = loss === lowest.loss ? lowest : toPoint();
    if (step === count - 1) last = toPoint();
  }
  close();
  if (last && points.at(-1)?.step !== last.step) points.push(last);
  return points;
}

/** A validation loss this far above the training curve, in spans of it, would flatten it. */
const MOST_ABOVE = 2;

/**
 * The span of losses to draw: all that is smoothed, raw losses but for the highest two in a hundred, and validation losses but for single
 * ones far above the training curve and the other validation losses.
 */
export function lossDomain(points: readonly ThinPoint[], validated: readonly { validLoss: number }[]): [number, number] {
  const raw = points.map(({ loss }) => loss).sort((a, b) => a - b);
  const high = raw[Math.floor((raw.length - 1) * 0.98)];
  const trained = [...points.map(({ smoothed }) => smoothed), ...raw.slice(0, 1), ...(high === undefined ? [] : [high])];
  const valid = validated.map(({ validLoss }) => validLoss).filter(Number.isFinite);
  const [least, most] = extentOf(trained);
  const usual = valid.toSorted((a, b) => a - b)[Math.floor(valid.length / 2)] ?? 0;
  const highest = Math.max(most + MOST_ABOVE * (most - least), 1.5 * usual);
  const shown = [...trained, ...valid.filter((loss) => trained.length === 0 || loss <= highest)];
  if (shown.length === 0) return [0, 1];
  const [low, top] = extentOf(shown);
  const margin = Math.max((top - low) * 0.06, 0.005);
  return [Math.max(0, low - margin), top + margin];
}
