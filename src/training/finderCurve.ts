// The finder's runs put together: the curve that is drawn, what a trial keeps of it, and where on it the chosen rate lies.
import {
  type ChosenPlace,
  type CurvePoint,
  type FinderPoint,
  type FinderResult,
  type FinderSuggestions,
  nearestRate,
  SUGGESTIONS,
} from "../protocol/finder";
import { suggestLrs } from "./suggestions";

/** The runs' mean at each rate that all came to: beyond where the first of them diverged, a mean of fewer would jump. */
export function averageRuns(runs: readonly (readonly FinderPoint[])[]): CurvePoint[] {
  const length = Math.min(...runs.map((points) => points.length));
  return Array.from({ length }, (_, i) => {
    const points = runs.map((run) => run[i]!);
    const smoothed = points.map((point) => point.smoothed);
    return {
      lr: points[0]!.lr,
      loss: mean(points.map(({ loss }) => loss)),
      smoothed: mean(smoothed),
      low: Math.min(...smoothed),
      high: Math.max(...smoothed),
    };
  });
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function toFinderResult(runs: readonly (readonly FinderPoint[])[], steps: number): FinderResult {
  const split = (points: readonly FinderPoint[]) => {
    const lrs = points.map(({ lr }) => lr);
    const losses = points.map(({ loss }) => loss);
    const smoothed = points.map((point) => point.smoothed);
    return { lrs, losses, smoothed, suggestions: suggestLrs(lrs, smoothed, steps) };
  };
  return {
    ...split(averageRuns(runs)),
    runs: runs.map(split).map(({ losses, smoothed, suggestions }) => ({ losses, smoothed, suggestions })),
    chosen: null,
    chosenAt: null,
  };
}

/** The result as the trial of this max LR keeps it. */
export function choose(result: FinderResult, maxLr: number): FinderResult {
  return { ...result, chosen: maxLr, chosenAt: findPlace(result, maxLr) };
}

function findPlace({ lrs, smoothed, suggestions }: FinderResult, lr: number): ChosenPlace | null {
  const isOnCurve = lrs.length > 0 && lr >= lrs[0]! && lr <= lrs.at(-1)!;
  if (!isOnCurve) return null;
  const index = nearestRate(lrs, lr);
  return { index, smoothedLoss: smoothed[index]!, nearest: nearestSuggestion(suggestions, lr) };
}

function nearestSuggestion(suggestions: FinderSuggestions, lr: number): ChosenPlace["nearest"] {
  const made = SUGGESTIONS.flatMap((name) => (suggestions[name] === null ? [] : [{ name, lr: suggestions[name] }]));
  const nearest = nearestRate(
    made.map((one) => one.lr),
    lr,
  );
  return made[nearest]?.name ?? null;
}
