// What calling films positive from a threshold on comes to, and how a threshold is chosen. Thresholds are of scores: at least it is positive.
import type { ConfusionMatrix, Estimate, OperatingPoint, PlaceOfUse, ThresholdRule } from "../protocol/statistics";
import { checkPlace, checkRule } from "./check";
import { correctLogit, NO_CORRECTION, uncorrectLogit } from "./correction";
import { wilson } from "./interval";
import { countLevels, rankScores, sum } from "./levels";
import { logOdds, sigmoid } from "./logistic";
import { predictiveValuesAt } from "./predictiveValues";

/**
 * All about the point that a rule asks for.
 * @param scores [films] logits
 * @returns null where the rule needs a class that is missing
 * @throws LabError badSettings, of a rule or a place that there cannot be
 */
export function operateAt(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  rule: ThresholdRule,
  place: PlaceOfUse = {},
): OperatingPoint | null {
  checkRule(rule);
  checkPlace(place);
  const correction = place.correction ?? NO_CORRECTION;
  const threshold =
    rule.by === "score"
      ? rule.value
      : rule.by === "probability"
        ? uncorrectLogit(logOdds(rule.value), correction)
        : chooseThreshold(scores, labels, rule);
  if (threshold === null) return null;
  const matrix = confusionAt(scores, labels, threshold);
  return {
    threshold,
    probability: sigmoid(correctLogit(threshold, correction)),
    ...matrix,
    ...ratesOf(matrix),
    atPrevalence: place.prevalence == null ? null : predictiveValuesAt(matrix, place.prevalence),
  };
}

/** A score of exactly the threshold is called positive, as in scikit-learn's curves. */
export function confusionAt(scores: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): ConfusionMatrix {
  const counts: ConfusionMatrix = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (let film = 0; film < labels.length; film++) {
    const called = scores[film]! >= threshold;
    if (labels[film] === 1) counts[called ? "truePositives" : "falseNegatives"]++;
    else counts[called ? "falsePositives" : "trueNegatives"]++;
  }
  return counts;
}

type Rates = Pick<OperatingPoint, "sensitivity" | "specificity" | "ppv" | "npv" | "accuracy" | "f1">;

/** Each with Wilson's interval, which takes films as independent (by patient: `bootstrapRates`); null where it is a share of nothing. */
export function ratesOf({ truePositives, falsePositives, trueNegatives, falseNegatives }: ConfusionMatrix): Rates {
  const right = truePositives + trueNegatives;
  const wrong = falsePositives + falseNegatives;
  return {
    sensitivity: wilson(truePositives, truePositives + falseNegatives),
    specificity: wilson(trueNegatives, trueNegatives + falsePositives),
    ppv: wilson(truePositives, truePositives + falsePositives),
    npv: wilson(trueNegatives, trueNegatives + falseNegatives),
    accuracy: wilson(right, right + wrong),
    f1: f1FromShare(wilson(truePositives, truePositives + wrong)),
  };
}

/**
 * F1 is no share of films, but 2s / (1 + s) of the share s of true positives among all films but the true negatives, which is: Wilson's
 * interval of s carried over (the indirect Wilson interval of Lam 2023).
 */
function f1FromShare(share: Estimate | null): Estimate | null {
  const f1 = (s: number) => (2 * s) / (1 + s);
  return share && { value: f1(share.value), low: f1(share.low), high: f1(share.high) };
}

/** Those that look at the films. A share lies in [0, 1]. */
type ChoosingRule = Exclude<ThresholdRule, { by: "probability" | "score" }>;

/**
 * The score from which on films are called positive:
 * - `youden`: where sensitivity + specificity - 1 is largest (Youden 1950), the highest of several;
 * - `sensitivity`: the highest with at least this sensitivity, and so the best specificity;
 * - `specificity`: the lowest with at least this specificity, and so the best sensitivity.
 * Infinity where no film is to be called positive. On the films that it is chosen on, a point looks a little better than it is.
 * @returns null where the rule needs a class that is missing
 */
export function chooseThreshold(scores: ArrayLike<number>, labels: ArrayLike<number>, rule: ChoosingRule): number | null {
  const levels = rankScores(scores);
  const counts = countLevels(levels, labels);
  const [positives, negatives] = [sum(counts.positives), sum(counts.negatives)];
  if ((rule.by !== "specificity" && positives === 0) || (rule.by !== "sensitivity" && negatives === 0)) return null;

  // Each where the films of the levels before it are called positive: of none, of the first, of the first two.
  const sensitivities = [0];
  const specificities = [1];
  let [found, spared] = [0, negatives];
  for (let level = 0; level < levels.scores.length; level++) {
    found += counts.positives[level]!;
    spared -= counts.negatives[level]!;
    sensitivities.push(found / positives);
    specificities.push(spared / negatives);
  }
  const point = choosePoint(sensitivities, specificities, rule);
  return point === 0 ? Number.POSITIVE_INFINITY : levels.scores[point - 1]!;
}

function choosePoint(sensitivities: number[], specificities: number[], rule: ChoosingRule): number {
  switch (rule.by) {
    case "youden": {
      const youdens = sensitivities.map((sensitivity, point) => sensitivity + specificities[point]! - 1);
      return youdens.reduce((best, youden, point) => (youden > youdens[best]! ? point : best), 0);
    }
    case "sensitivity":
      return sensitivities.findIndex((sensitivity) => sensitivity >= rule.value);
    case "specificity":
      return specificities.findLastIndex((specificity) => specificity >= rule.value);
  }
}
