// How good a set of logits is, in float64, as is asked after every epoch. Knows no network; what more is said of a trial is in statistics.
import type { AurocInterval, TargetScores } from "../protocol/training";
import { estimateAuroc } from "../statistics/delong";
import { auroc } from "../statistics/roc";
import { keepKnown, valuesUnder } from "./targets";

export interface Scores {
  /** Binary cross-entropy, mean over all known labels, each of weight 1 whatever weight the training loss gave its class. */
  loss: number;
  /** Share of the known labels that are on the right side of probability 0.5. */
  accuracy: number;
  /** Mean over the targets whose films are of both classes; null where there is none, or where a score is no number. */
  auroc: number | null;
  /** Of a single target, as if every film were of another patient; null with several, or with fewer than two films of a class. */
  aurocInterval: AurocInterval | null;
  /** One a target. */
  targets: TargetScores[];
}

/** Mean of max(x,0) - x*y + log(1 + exp(-|x|)), the stable form of binary cross-entropy with logits (as torch BCEWithLogitsLoss). */
export function binaryCrossEntropy(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i]!;
    sum += Math.max(x, 0) - x * labels[i]! + Math.log1p(Math.exp(-Math.abs(x)));
  }
  return sum / logits.length;
}

/** A probability of exactly 0.5 counts as negative, as in `sklearn.metrics.accuracy_score(y, p > 0.5)`. */
export function accuracy(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > 0 === (labels[i] === 1)) right++;
  return right / logits.length;
}

/** DeLong's, of 95 %. */
function intervalOf(logits: ArrayLike<number>, labels: ArrayLike<number>): AurocInterval | null {
  const estimate = estimateAuroc(logits, labels);
  return estimate && { low: estimate.low, high: estimate.high };
}

/** @param labels `PreparedPart.labels`, one a logit; both are [films, targets.length] */
export function scoreLogits(logits: ArrayLike<number>, labels: ArrayLike<number>, targets: readonly string[]): Scores {
  const all = keepKnown(logits, labels);
  const scores = targets.map((target, at): TargetScores => {
    const known = keepKnown(valuesUnder(logits, at, targets.length), valuesUnder(labels, at, targets.length));
    const films = known.labels.length;
    return {
      target,
      films,
      positives: known.labels.reduce((sum, label) => sum + label, 0),
      accuracy: films === 0 ? null : accuracy(known.logits, known.labels),
      // What is no number has no place in the order that an AUROC is of.
      auroc: known.logits.some(Number.isNaN) ? null : auroc(known.logits, known.labels),
    };
  });
  const aurocs = scores.flatMap((one) => one.auroc ?? []);
  return {
    loss: binaryCrossEntropy(all.logits, all.labels),
    accuracy: accuracy(all.logits, all.labels),
    auroc: aurocs.length === 0 ? null : aurocs.reduce((sum, one) => sum + one, 0) / aurocs.length,
    aurocInterval: targets.length === 1 && aurocs.length === 1 ? intervalOf(all.logits, all.labels) : null,
    targets: scores,
  };
}
