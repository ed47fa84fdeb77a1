// fastai v1's LR finder: a short run at rising rates, after which the network is as it was before. It picks nothing for the person.
import type { Batch, Engine, OptimizerStep } from "../nn/engine";
import type { FinderPoint, FinderResult, FinderSettings, FinderSuggestions } from "../protocol/training";

const SMOOTHING = 0.98;
const DIVERGED = 4;
/** Points at the ends that fastai's plot, and so its suggestions, leave out. */
const SKIP_START = 10;
const SKIP_END = 5;

/**
 * One step a rate, from `startLr` to `endLr`, over batches without end. Ends early where the smoothed loss passes four times its best
 * or is not finite (fastai v1 `LRFinder`). Model and optimiser are restored however it ends.
 * @returns the points so far, also where stopped
 */
export async function findLr(
  engine: Engine,
  { startLr, endLr, steps }: FinderSettings,
  batches: AsyncIterable<Batch>,
  optimizerAt: (lr: number) => OptimizerStep,
  signal: AbortSignal,
  onPoint: (point: FinderPoint) => void = () => {},
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
      onPoint(point);
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

/** What fastai v1's `recorder.plot(suggestion=True)` prints, from the points that its plot shows; null where these are too few. */
export function suggestLr(points: readonly FinderPoint[]): FinderSuggestions {
  const shown = points.slice(SKIP_START, Math.max(SKIP_START, points.length - SKIP_END));
  if (shown.length < 2) return { steepest: null, minimumOver10: null };
  const losses = shown.map(({ smoothed }) => smoothed);
  return {
    steepest: shown[indexOfSmallest(gradient(losses))]!.lr,
    minimumOver10: shown[indexOfSmallest(losses)]!.lr / 10,
  };
}

/** `numpy.gradient` at unit spacing: central differences, one-sided at the ends. */
function gradient(values: number[]): number[] {
  const last = values.length - 1;
  return values.map((_, i) => {
    const [from, to] = [Math.max(0, i - 1), Math.min(last, i + 1)];
    return (values[to]! - values[from]!) / (to - from);
  });
}

function indexOfSmallest(values: number[]): number {
  return values.reduce((smallest, value, i) => (value < values[smallest]! ? i : smallest), 0);
}

export function toFinderResult(points: readonly FinderPoint[]): FinderResult {
  return {
    lrs: points.map(({ lr }) => lr),
    losses: points.map(({ loss }) => loss),
    smoothed: points.map(({ smoothed }) => smoothed),
    suggestions: suggestLr(points),
    chosen: null,
  };
}
