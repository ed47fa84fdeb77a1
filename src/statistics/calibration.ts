// Whether films that are called 20 % are positive in 20 of 100. Changes no probability: correction.ts does.
import type { Calibration, Estimate, ReliabilityBin } from "../protocol/statistics";
import { wilson } from "./interval";

/** Bins of a drawn reliability curve: scikit-learn's and most papers' ten, which a few hundred films still fill. */
const DRAWN_BINS = 10;
/** Bins of the expected calibration error, as Guo et al. have them. */
const ECE_BINS = 15;

/** Null without films. */
export function describeCalibration(probabilities: ArrayLike<number>, labels: ArrayLike<number>): Calibration | null {
  if (labels.length === 0) return null;
  return {
    brier: brierScore(probabilities, labels),
    ece: expectedCalibrationError(probabilities, labels),
    reliability: reliabilityCurve(probabilities, labels, DRAWN_BINS),
  };
}

/** Mean of (probability - label)^2 (Brier 1950): scikit-learn's `brier_score_loss`. NaN without films. */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let squares = 0;
  for (let film = 0; film < labels.length; film++) squares += (probabilities[film]! - labels[film]!) ** 2;
  return squares / labels.length;
}

/**
 * What mean probability and share of positives differ by in 15 bins of equal width, each weighted by its films (Guo et al. 2017), of the
 * probability of the positive class rather than of the more likely one. NaN without films.
 */
export function expectedCalibrationError(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const bins = reliabilityCurve(probabilities, labels, ECE_BINS);
  const apart = bins.map((bin) => bin.films * Math.abs(bin.positiveShare.value - bin.meanProbability));
  return apart.reduce((total, films) => total + films, 0) / labels.length;
}

/**
 * scikit-learn's `calibration_curve`, in bins of equal width. A probability on an edge belongs to the bin below. Bins without films are left
 * out.
 */
export function reliabilityCurve(probabilities: ArrayLike<number>, labels: ArrayLike<number>, bins: number): ReliabilityBin[] {
  if (labels.length === 0) return [];
  // As numpy's linspace: a rounding that puts a film on the edge above puts it into another bin.
  const edges = Float64Array.from({ length: bins + 1 }, (_, edge) => (edge === bins ? 1 : edge * (1 / bins)));

  const films = new Uint32Array(bins);
  const positives = new Uint32Array(bins);
  const totals = new Float64Array(bins);
  for (let film = 0; film < labels.length; film++) {
    const probability = probabilities[film]!;
    let bin = 0;
    while (bin < bins - 1 && probability > edges[bin + 1]!) bin++;
    films[bin]!++;
    positives[bin]! += labels[film]!;
    totals[bin]! += probability;
  }
  return Array.from(films, (count, bin): ReliabilityBin | null => {
    const positiveShare: Estimate | null = wilson(positives[bin]!, count);
    if (!positiveShare) return null;
    return { from: edges[bin]!, to: edges[bin + 1]!, films: count, meanProbability: totals[bin]! / count, positiveShare };
  }).filter((bin) => bin !== null);
}
