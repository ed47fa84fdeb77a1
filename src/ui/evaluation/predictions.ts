// How predictions are grouped to be looked at. Pure; losses and areas are computed where the network is.
import type { Prediction } from "../../app/predictions";

export interface ProbabilityBin {
  /** Lower end, 0 to 1. */
  from: number;
  positives: number;
  negatives: number;
}

/** Films whose label is known, by predicted probability in bins of equal width; 1 falls into the last. */
export function binPredictions(predictions: readonly Prediction[], bins: number): ProbabilityBin[] {
  const counted = Array.from({ length: bins }, (_, index) => ({ from: index / bins, positives: 0, negatives: 0 }));
  for (const { probability, target } of predictions) {
    const bin = counted[Math.min(bins - 1, Math.floor(probability * bins))];
    if (!bin) continue;
    if (target === 1) bin.positives += 1;
    else if (target === 0) bin.negatives += 1;
  }
  return counted;
}
