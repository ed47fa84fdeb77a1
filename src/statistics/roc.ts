// The ROC curve and the area under it. Gives no interval: delong.ts and bootstrap.ts do.
import type { RocCurve } from "../protocol/statistics";
import { countLevels, type LevelCounts, rankScores, sum } from "./levels";
import { thinCurve } from "./thinCurve";

/**
 * Area under the ROC curve as the Mann-Whitney statistic U / (n1 * n0), a tie counting one half, which is that of mean ranks (Hanley and
 * McNeil 1982).
 * @returns null where one class is missing
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | null {
  return aurocOfCounts(countLevels(rankScores(scores), labels));
}

/** The same of films that are counted already. */
export function aurocOfCounts(counts: LevelCounts): number | null {
  let positives = 0;
  let negatives = 0;
  let won = 0;
  for (let level = 0; level < counts.positives.length; level++) {
    const [here, against] = [counts.positives[level]!, counts.negatives[level]!];
    won += against * (positives + here / 2);
    positives += here;
    negatives += against;
  }
  return positives === 0 || negatives === 0 ? null : won / (positives * negatives);
}

/**
 * A point for each distinct score, and (0, 0): scikit-learn's `roc_curve(labels, scores, drop_intermediate=False)`.
 * @returns null where one class is missing
 */
export function rocCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): RocCurve | null {
  const levels = rankScores(scores);
  const counts = countLevels(levels, labels);
  const [positives, negatives] = [sum(counts.positives), sum(counts.negatives)];
  if (positives === 0 || negatives === 0) return null;
  return {
    fpr: ratesFromNone(counts.negatives, negatives),
    tpr: ratesFromNone(counts.positives, positives),
    thresholds: Float64Array.from(
      { length: levels.scores.length + 1 },
      (_, point) => levels.scores[point - 1] ?? Number.POSITIVE_INFINITY,
    ),
  };
}

/** For drawing: the curve's corners, or where those are more than `most`, the points that keep the line nearest to it. */
export function thinRoc({ fpr, tpr, thresholds }: RocCurve, most: number): RocCurve {
  const kept = thinCurve(fpr, tpr, most);
  const choose = (values: Float64Array) => Float64Array.from(kept, (point) => values[point]!);
  return { fpr: choose(fpr), tpr: choose(tpr), thresholds: choose(thresholds) };
}

/** What share is called positive at no level, at the first, at the first two and so on. */
function ratesFromNone(counts: Float64Array, total: number): Float64Array {
  const rates = new Float64Array(counts.length + 1);
  let called = 0;
  for (let level = 0; level < counts.length; level++) {
    called += counts[level]!;
    rates[level + 1] = called / total;
  }
  return rates;
}
