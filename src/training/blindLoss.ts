// What a network loses that knows nothing: the yardstick by which a loss is high. It sees no batch.
import type { SampleSummary } from "../protocol/dataset";
import type { LossSettings } from "../protocol/settings";

/**
 * The mean loss over the known training labels of a network that says one half of every film: cross-entropy's ln 2, by focal loss
 * (1/2)^gamma of it, positives times their weight and focal loss's alpha, the others times 1 - alpha. Every loss is linear in its label, so
 * smoothed labels enter by their mean, and mixup, which keeps that mean, changes nothing.
 */
export function blindLoss(
  { loss, focalGamma, focalAlpha, labelSmoothing }: LossSettings,
  { train, targets }: Pick<SampleSummary, "train" | "targets">,
): number {
  const isWeighed = loss === "focal" && focalAlpha >= 0;
  const [ofPositives, ofNegatives] = isWeighed ? [focalAlpha, 1 - focalAlpha] : [1, 1];
  let [sum, known] = [0, 0];
  for (const [at, target] of targets.entries()) {
    // Of the main target as the balance draws it.
    const { positives, negatives } = at === 0 ? train : target.train;
    const labels = positives + negatives;
    const share = labels === 0 ? 0 : (positives / labels) * (1 - labelSmoothing) + labelSmoothing / 2;
    sum += labels * (share * target.positiveWeight * ofPositives + (1 - share) * ofNegatives);
    known += labels;
  }
  return (Math.LN2 * 0.5 ** (loss === "focal" ? focalGamma : 0) * sum) / known;
}
