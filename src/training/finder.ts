// fastai v1's LR finder: a short run at rising rates, after which the network is as it was before. What is read off it is suggestions.ts's.
import type { Batch, Engine, OptimizerStep } from "../nn/engine";
import type { FinderPoint, FinderSettings } from "../protocol/finder";

const SMOOTHING = 0.98;
const DIVERGED = 4;

/**
 * One step a rate, from `startLr` to `endLr`, over batches without end. Ends early where the smoothed loss passes four times its best
 * or is not finite (fastai v1 `LRFinder`). Model and optimiser are restored however it ends.
 * @returns the points so far, also where stopped
 */
export async function findLr(
  engine: Engine,
  { startLr, endLr, steps }: Omit<FinderSettings, "runs">,
  batches: AsyncIterable<Batch>,
  optimizerAt: (lr: number) => OptimizerStep,
  signal: AbortSignal,
  onPoint: (points: readonly FinderPoint[]) => void = () => {},
): Promise<FinderPoint[]> {
  const before = await engine.snapshot();
  try {
    const points: FinderPoint[] = [];
    const smooth = createSmoother();
    let best = Number.POSITIVE_INFINITY;
    for await (const batch of batches) {
      if (signal.aborted) break;
      const lr = finderLr(points.length, startLr, endLr, steps);
      const loss = await engine.trainStep(batch, optimizerAt(lr));
      const point = { lr, loss, smoothed: smooth(loss) };
      points.push(point);
      onPoint(points);
      best = Math.min(best, point.smoothed);
      if (points.length === steps || !Number.isFinite(point.smoothed) || point.smoothed > DIVERGED * best) break;
    }
    return points;
  } finally {
    engine.restore(before);
  }
}

/** fastai v1 `annealing_exp` in `LRFinder`: the rate that step `step` (from 0) runs at. */
function finderLr(step: number, startLr: number, endLr: number, steps: number): number {
  return startLr * (endLr / startLr) ** (step / steps);
}

/** Bias-corrected exponential mean (fastai v1 `SmoothenValue`). */
function createSmoother(): (value: number) => number {
  let mean = 0;
  let count = 0;
  return (value) => {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * value;
    count++;
    return mean / (1 - SMOOTHING ** count);
  };
}
