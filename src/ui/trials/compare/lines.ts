// The curves of trials over their epochs, as points and colours. Draws nothing.
import { targetsOf } from "../../../protocol/settings";
import type { StepColumns } from "../../../protocol/steps";
import type { Trial } from "../../../protocol/training";
import { nameAuroc } from "../../parts/format";
import { thinSteps } from "../../train/thin";

export interface CurvePoint {
  /** Epochs gone by. */
  x: number;
  y: number;
}

export interface TrialCurves {
  trial: number;
  color: string;
  /** The same colour for the second time is told apart by its dashes. */
  isDashed: boolean;
  /** Smoothed, in training. */
  smoothed: CurvePoint[];
  lr: CurvePoint[];
  /** After each epoch. */
  validLoss: CurvePoint[];
  auroc: CurvePoint[];
}

/** In theme.css. */
const COLORS = 6;
const BUCKETS = 200;

export function traceTrial(trial: Trial, place: number, steps: StepColumns | undefined): TrialCurves {
  const { id, epochs, stepsTotal, settings } = trial;
  const stepsPerEpoch = stepsTotal / settings.epochs;
  const points = steps ? thinSteps(steps, steps.loss.length, BUCKETS) : [];
  const overSteps = (figure: (point: (typeof points)[number]) => number) =>
    points.map((point) => ({ x: (point.step + 1) / stepsPerEpoch, y: figure(point) }));
  const overEpochs = (figure: (epoch: Trial["epochs"][number]) => number | null) =>
    epochs.flatMap((epoch) => {
      const y = figure(epoch);
      return y !== null && Number.isFinite(y) ? [{ x: epoch.epoch + 1, y }] : [];
    });
  return {
    trial: id,
    color: `var(--trial-${(place % COLORS) + 1})`,
    isDashed: Math.floor(place / COLORS) % 2 === 1,
    smoothed: overSteps(({ smoothed }) => smoothed),
    lr: overSteps(({ lr }) => lr),
    validLoss: overEpochs(({ validLoss }) => validLoss),
    auroc: overEpochs(({ auroc }) => auroc),
  };
}

/** The mean where any of the trials learns several targets. */
export function nameAurocOf(trials: readonly Trial[]): string {
  return nameAuroc(Math.max(...trials.map(({ settings }) => targetsOf(settings).length)));
}

/** The point of a curve that is nearest to `x`; none where the curve does not reach so far. */
export function pointAt(curve: readonly CurvePoint[], x: number, reach: number): CurvePoint | undefined {
  let best: CurvePoint | undefined;
  for (const point of curve) if (!best || Math.abs(point.x - x) < Math.abs(best.x - x)) best = point;
  return best && Math.abs(best.x - x) <= reach ? best : undefined;
}
