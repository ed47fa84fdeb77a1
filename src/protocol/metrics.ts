// When one validation is better than another: what is kept as best, and when a run is over, go by the same rule. Computes no metric.
import type { MetricName } from "./settings";

/** A validation's metrics; null where it has none, as a checkpoint within an epoch. */
export interface Validated {
  validLoss: number | null;
  accuracy: number | null;
  /** Null too where validation holds one class only. */
  auroc: number | null;
}

/** As they are called in a sentence. */
export const METRIC_NAMES: Record<MetricName, string> = { auroc: "AUROC", validLoss: "validation loss", accuracy: "accuracy" };

const LOWER_IS_BETTER: Record<MetricName, boolean> = { auroc: false, accuracy: false, validLoss: true };

/**
 * Whether `a` is better than `b` by this metric: as good is not better. Where either has no such figure, the validation loss decides, so that
 * a validation of one class still has a best; what was not validated is never better.
 */
export function isBetter(metric: MetricName, a: Validated, b: Validated | null): boolean {
  if (a.validLoss === null) return false;
  if (b === null || b.validLoss === null) return true;
  const [left, right] = [a[metric], b[metric]];
  if (left === null || right === null) return a.validLoss < b.validLoss;
  return LOWER_IS_BETTER[metric] ? left < right : left > right;
}
