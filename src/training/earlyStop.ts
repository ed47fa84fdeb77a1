// When a run ends before its last epoch because it no longer gets better. A pure function of its epochs, so that a resumed run ends alike.
import { isBetter, METRIC_NAMES } from "../protocol/metrics";
import type { KeepingSettings, MetricName } from "../protocol/settings";
import type { EpochRecord } from "../protocol/training";

export interface EarlyEnd {
  /** The epoch (from 0) than which none since was better. */
  best: number;
  /** Epochs without a better one. */
  waited: number;
}

/**
 * Where `earlyStop` epochs have passed without one that is better by `keepBest` than all before it (fastai's `EarlyStoppingCallback`; v1's
 * patience is one less, as it counts the epochs that are let pass). Null where the run goes on.
 * @param from the epoch from which on is waited: what is frozen at first must not end the run
 */
export function findEarlyEnd(
  { earlyStop, keepBest }: Pick<KeepingSettings, "earlyStop" | "keepBest">,
  from: number,
  epochs: readonly EpochRecord[],
): EarlyEnd | null {
  if (earlyStop === 0) return null;
  const best = findBest(keepBest, epochs);
  const waited = epochs.length - Math.max(best + 1, from);
  return waited >= earlyStop ? { best, waited } : null;
}

/** Index of the best epoch, the first of those as good; -1 where there are none. */
function findBest(metric: MetricName, epochs: readonly EpochRecord[]): number {
  return epochs.reduce((best, epoch, at) => (isBetter(metric, epoch, epochs[best] ?? null) ? at : best), -1);
}

export function describeEarlyEnd({ best, waited }: EarlyEnd, metric: MetricName, done: number, planned: number): string {
  const since = waited === 1 ? "the one epoch since was not better" : `none of the ${waited} epochs since was better`;
  return `Training ended early, after epoch ${done} of ${planned}: by ${METRIC_NAMES[metric]} the best is epoch ${best + 1}, and ${since}.`;
}
