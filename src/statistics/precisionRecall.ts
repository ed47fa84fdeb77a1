// Precision against recall, and the average precision. Unlike the ROC curve's, their level depends on how rare positives are among the films.
import type { PrecisionRecallCurve } from "../protocol/statistics";
import { countLevels, type LevelCounts, rankScores, sum } from "./levels";
import { thinCurve } from "./thinCurve";

/**
 * Precision at each distinct score, weighted by what recall it adds, with no interpolation: scikit-learn's `average_precision_score`.
 * @returns null without positives
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return averagePrecisionOfCounts(countLevels(rankScores(scores), labels));
}

/** The same of films that are counted already. */
export function averagePrecisionOfCounts(counts: LevelCounts): number | null {
  let positives = 0;
  let called = 0;
  let precisions = 0;
  for (let level = 0; level < counts.positives.length; level++) {
    const here = counts.positives[level]!;
    positives += here;
    called += here + counts.negatives[level]!;
    if (here > 0) precisions += here * (positives / called);
  }
  return positives === 0 ? null : precisions / positives;
}

/**
 * scikit-learn's `precision_recall_curve`, all of its thresholds kept.
 * @returns null without positives
 */
export function precisionRecallCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): PrecisionRecallCurve | null {
  const levels = rankScores(scores);
  const counts = countLevels(levels, labels);
  const positives = sum(counts.positives);
  if (positives === 0) return null;
  const points = levels.scores.length;
  const precision = new Float64Array(points + 1).fill(1);
  const recall = new Float64Array(points + 1);
  let found = 0;
  let called = 0;
  for (let level = 0; level < points; level++) {
    found += counts.positives[level]!;
    called += counts.positives[level]! + counts.negatives[level]!;
    precision[points - 1 - level] = found / called;
    recall[points - 1 - level] = found / positives;
  }
  return { precision, recall, thresholds: levels.scores.toReversed() };
}

/** For drawing: the curve's corners, or where those are more than `most`, the points that keep the line nearest to it. */
export function thinPrecisionRecall({ precision, recall, thresholds }: PrecisionRecallCurve, most: number): PrecisionRecallCurve {
  const kept = thinCurve(recall, precision, most);
  const choose = (values: Float64Array, points: Uint32Array) => Float64Array.from(points, (point) => values[point]!);
  return {
    precision: choose(precision, kept),
    recall: choose(recall, kept),
    thresholds: choose(thresholds, kept.subarray(0, -1)),
  };
}
