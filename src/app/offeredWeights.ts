// Which weights of a kept trial a person can take, by name, and the figure that is theirs. It reads none.
import { METRIC_NAMES } from "../protocol/metrics";
import type { CheckpointRef, Trial, WhichWeights } from "../protocol/training";
import { formatPlural } from "./format";

export interface OfferedWeights {
  which: WhichWeights;
  /** As a choice: "last checkpoint", "best (epoch 3, by AUROC 0.912)", "average of the last 3 epochs". */
  label: string;
  /** Validation AUROC of these very weights; null where it was not measured. */
  auroc: number | null;
}

/** The best is left out where it is the last, the average where it is of one epoch. */
export function offerWeights({ checkpoints: { last, best, epochs }, settings }: Trial): OfferedWeights[] {
  if (!last) return [];
  const offered: OfferedWeights[] = [{ which: "last", label: "last checkpoint", auroc: last.auroc }];
  if (best && best.key !== last.key) {
    const { keepBest } = settings;
    const figure = best[keepBest] === null ? "" : ` ${best[keepBest].toFixed(3)}`;
    const at = best.epoch === null ? `step ${best.step}` : `epoch ${best.epoch + 1}`;
    offered.push({ which: "best", label: `best (${at}, by ${METRIC_NAMES[keepBest]}${figure})`, auroc: best.auroc });
  }
  if (epochs.length > 1) {
    offered.push({ which: "average", label: `average of the last ${formatPlural(epochs.length, "epoch")}`, auroc: null });
  }
  return offered;
}

/** What a trial is judged by among others: its weights that are best by its own `keepBest`, else its last. */
export function scoresOf({ checkpoints: { best, last } }: Trial): CheckpointRef | null {
  return best ?? last;
}

/** The highest AUROC that a trial is judged by; null where none has one. */
export function bestAuroc(trials: readonly Trial[]): number | null {
  return trials.reduce<number | null>((best, trial) => {
    const auroc = scoresOf(trial)?.auroc ?? null;
    return auroc !== null && auroc > (best ?? -1) ? auroc : best;
  }, null);
}

/** The wanted ones, or the last where the trial has none such. */
export function chooseOffered(trial: Trial, which: WhichWeights): WhichWeights {
  return offerWeights(trial).some((offered) => offered.which === which) ? which : "last";
}

export function labelOffered(trial: Trial, which: WhichWeights): string {
  return offerWeights(trial).find((offered) => offered.which === which)?.label ?? which;
}

/** As files are called: trial-27, trial-27-best, trial-27-average. */
export function nameWeights(trialId: number, which: WhichWeights): string {
  return which === "last" ? `trial-${trialId}` : `trial-${trialId}-${which}`;
}
