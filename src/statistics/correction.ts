// Logits of a network that was trained on another share of positives than it meets, or that is too sure of itself.
import type { Correction } from "../protocol/statistics";
import { logOdds, sigmoid } from "./logistic";

/**
 * What is added to a logit for the share of positives where the network is used instead of the one that it was trained on: the ratio of
 * prior odds by which Saerens, Latinne and Decaestecker (2002, formula 4) multiply the posterior odds. Where negatives were left out,
 * all but a share beta, it is log beta: Dal Pozzolo et al. (2015).
 * Holds as long as positives look like the trained ones, and negatives too; it changes no order of films, and so no AUROC.
 * @param trained,actual shares of positives, in (0, 1)
 */
export function shiftForPrevalence(trained: number, actual: number): number {
  return logOdds(actual) - logOdds(trained);
}

/** Takes every logit to itself. */
export const NO_CORRECTION: Correction = { shift: 0, temperature: 1 };

/** The temperature first, which is the network's own, then the shift. */
export function correctLogit(logit: number, { shift, temperature }: Correction): number {
  return logit / temperature + shift;
}

/** The logit that `correctLogit` takes to this one. */
export function uncorrectLogit(corrected: number, { shift, temperature }: Correction): number {
  return (corrected - shift) * temperature;
}

export function toProbabilities(logits: Float64Array, correction = NO_CORRECTION): Float64Array {
  return logits.map((logit) => sigmoid(correctLogit(logit, correction)));
}
