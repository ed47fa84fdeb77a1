// PPV and NPV where positives are as common as at the place of use, not as among the films that were scored.
import type { ConfusionMatrix, Estimate, PredictiveValues } from "../protocol/statistics";
import { Z95 } from "./interval";
import { logOdds, sigmoid } from "./logistic";

/**
 * By Bayes' rule from sensitivity and specificity, with the logit intervals of Mercaldo, Lau and Zhou (2007), section 2.2; the prevalence is
 * taken as known. Where sensitivity or specificity is 0 or 1 those are not defined, and theirs with Z95^2 / 2 more films in every cell
 * of the matrix stand in (table II), widened to hold the estimate itself.
 * @param prevalence in (0, 1)
 * @returns values that are null where no film is ever called so, or a class is missing
 */
export function predictiveValuesAt(matrix: ConfusionMatrix, prevalence: number): PredictiveValues {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = matrix;
  const odds = logOdds(prevalence);
  return { prevalence, ppv: estimateValue(tp, fn, fp, tn, odds), npv: estimateValue(tn, fp, fn, tp, -odds) };
}

/**
 * Of a call: `right` films of its class are called so and `missed` are not; `wrong` of the other class are and `spared` are not.
 * @param odds log odds of its class
 */
function estimateValue(right: number, missed: number, wrong: number, spared: number, odds: number): Estimate | null {
  if (right + missed === 0 || wrong + spared === 0 || right + wrong === 0) return null;
  const value = sigmoid(odds + logRatio(right, missed, wrong, spared));
  const added = [right, missed, wrong, spared].includes(0) ? (Z95 * Z95) / 2 : 0;
  const cells = [right + added, missed + added, wrong + added, spared + added] as const;
  const centre = odds + logRatio(...cells);
  const reach = Z95 * Math.sqrt(logRatioVariance(...cells));
  return { value, low: Math.min(value, sigmoid(centre - reach)), high: Math.max(value, sigmoid(centre + reach)) };
}

/** Log of how much likelier the call is in its class than in the other. */
function logRatio(right: number, missed: number, wrong: number, spared: number): number {
  return Math.log(right / (right + missed)) - Math.log(wrong / (wrong + spared));
}

function logRatioVariance(right: number, missed: number, wrong: number, spared: number): number {
  return missed / right / (right + missed) + spared / wrong / (wrong + spared);
}
