// The AUROC's interval, and the difference of two, by DeLong's variance. Takes films as independent; bootstrap.ts does not.
import type { AurocComparison, Estimate } from "../protocol/statistics";
import { twoSidedP, waldEstimate, wilsonOfShare } from "./interval";
import { countLevels, rankScores, sum } from "./levels";

/**
 * How many films of the other class each film is ranked rightly against, a tie counting one half: DeLong's structural components, times the
 * number of those films, and so free of rounding. All from one sort, as Sun and Xu (2014) have them from midranks.
 */
interface Wins {
  /** [positives] Of the negatives, in the films' order. */
  ofPositives: Float64Array;
  /** [negatives] Of the positives. */
  ofNegatives: Float64Array;
  /** [films] What order the films are in. */
  order: Uint32Array;
}

/**
 * DeLong's interval of 95 % (DeLong, DeLong and Clarke-Pearson 1988), on the AUROC's own scale and held within [0, 1], as pROC gives it. With
 * few films of a class and a high AUROC it is too narrow: of two normal classes with an AUROC of 0.95, it holds that in about 80 of 100 samples
 * of 10 positives and 200 negatives, in 93 of 100 and 1,000.
 *
 * Where every film has won alike, as where scores part the classes, DeLong's variance is 0, which says nothing. The interval is then Wilson's
 * on as many trials as there are films of the rarer class: so many pairs can be drawn that share no film, each won with the probability
 * that the AUROC is, and AUROC (1 - AUROC) / min(positives, negatives) is the most that the AUROC's variance can be (Birnbaum and Klose
 * 1957). Kottas, Kuss and Zapf (2014) find Wilson's interval of an AUROC too wide rather than too narrow.
 * @returns null with fewer than two films of a class
 */
export function estimateAuroc(scores: ArrayLike<number>, labels: ArrayLike<number>): Estimate | null {
  const wins = countWins(scores, labels);
  return wins && estimateFromWins(wins);
}

/**
 * DeLong's test of two models on the same films, in the same order: the variance of their difference is that of the differences film by film,
 * which is Var(A) + Var(B) - 2 Cov(A, B).
 *
 * Two models that put all films into the same order have the difference 0, surely. Where they do not and the variance is 0 nonetheless, the
 * interval is put together from both models' own (Zou and Donner 2008, as of independent estimates), and there is no test unless the
 * difference is 0.
 * @returns null with fewer than two films of a class
 */
export function compareAurocs(
  firstScores: ArrayLike<number>,
  secondScores: ArrayLike<number>,
  labels: ArrayLike<number>,
): AurocComparison | null {
  const [a, b] = [countWins(firstScores, labels), countWins(secondScores, labels)];
  if (!a || !b) return null;
  const [first, second] = [estimateFromWins(a), estimateFromWins(b)];
  const apart: Wins = {
    ofPositives: a.ofPositives.map((wins, film) => wins - b.ofPositives[film]!),
    ofNegatives: a.ofNegatives.map((wins, film) => wins - b.ofNegatives[film]!),
    order: a.order,
  };
  const [value, variance] = [meanWins(apart), varianceOf(apart)];
  if (variance > 0) {
    const z = value / Math.sqrt(variance);
    return { first, second, difference: waldEstimate(value, variance, [-1, 1]), z, p: twoSidedP(z) };
  }
  const same = a.order.every((level, film) => level === b.order[film]);
  return {
    first,
    second,
    difference: {
      value,
      low: value - (same ? 0 : Math.hypot(first.value - first.low, second.high - second.value)),
      high: value + (same ? 0 : Math.hypot(first.high - first.value, second.value - second.low)),
    },
    z: value === 0 ? 0 : null,
    p: value === 0 ? 1 : null,
  };
}

function countWins(scores: ArrayLike<number>, labels: ArrayLike<number>): Wins | null {
  const levels = rankScores(scores);
  const counts = countLevels(levels, labels);
  const positives = sum(counts.positives);
  const negatives = labels.length - positives;
  if (positives < 2 || negatives < 2) return null;

  // Of a level: negatives below and half of those on it, positives above and half of those on it.
  const won = { positive: new Float64Array(levels.scores.length), negative: new Float64Array(levels.scores.length) };
  let [positivesAbove, negativesBelow] = [0, negatives];
  for (let level = 0; level < levels.scores.length; level++) {
    const [here, against] = [counts.positives[level]!, counts.negatives[level]!];
    negativesBelow -= against;
    won.positive[level] = negativesBelow + against / 2;
    won.negative[level] = positivesAbove + here / 2;
    positivesAbove += here;
  }

  const wins: Wins = { ofPositives: new Float64Array(positives), ofNegatives: new Float64Array(negatives), order: levels.of };
  let [positive, negative] = [0, 0];
  for (let film = 0; film < labels.length; film++) {
    const level = levels.of[film]!;
    if (labels[film] === 1) wins.ofPositives[positive++] = won.positive[level]!;
    else wins.ofNegatives[negative++] = won.negative[level]!;
  }
  return wins;
}

function estimateFromWins(wins: Wins): Estimate {
  const [value, variance] = [meanWins(wins), varianceOf(wins)];
  const rarer = Math.min(wins.ofPositives.length, wins.ofNegatives.length);
  return variance > 0 ? waldEstimate(value, variance, [0, 1]) : wilsonOfShare(value, rarer)!;
}

function meanWins({ ofPositives, ofNegatives }: Wins): number {
  return sum(ofPositives) / (ofPositives.length * ofNegatives.length);
}

function varianceOf({ ofPositives, ofNegatives }: Wins): number {
  const [m, n] = [ofPositives.length, ofNegatives.length];
  return sampleVariance(ofPositives) / (n * n * m) + sampleVariance(ofNegatives) / (m * m * n);
}

/** Exactly 0 where all values are one: deviations are taken from the first value before they are from the mean. */
function sampleVariance(values: Float64Array): number {
  const first = values[0]!;
  const mean = values.reduce((total, value) => total + (value - first), 0) / values.length;
  return values.reduce((total, value) => total + (value - first - mean) ** 2, 0) / (values.length - 1);
}
