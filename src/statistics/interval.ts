// Intervals of 95 %, and what of the normal distribution they need. Knows no films.
import type { Estimate } from "../protocol/statistics";

/** The normal distribution's 97.5 % quantile. */
export const Z95 = 1.959963984540054;

const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** `value` with Z95 standard errors on either side, held within the figure's range. */
export function waldEstimate(value: number, variance: number, [least, most]: readonly [number, number]): Estimate {
  const reach = Z95 * Math.sqrt(variance);
  return { value, low: within(value - reach, least, most), high: within(value + reach, least, most) };
}

/**
 * Wilson's score interval (Wilson 1927) of a share seen in `trials`; it need not be a whole number of them.
 * @returns null without trials
 */
export function wilsonOfShare(share: number, trials: number): Estimate | null {
  if (trials === 0) return null;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const reach = (Z95 / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  // At 0 and 1 one end is the share itself, which rounding must not pass.
  return { value: share, low: within(centre - reach, 0, share), high: within(centre + reach, share, 1) };
}

/** Wilson's score interval of `successes` out of `trials`; null without trials. */
export function wilson(successes: number, trials: number): Estimate | null {
  return wilsonOfShare(successes / trials, trials);
}

/** Probability that a normal variable is at least |z| from 0 on either side: erfc(|z| / sqrt(2)). */
export function twoSidedP(z: number): number {
  return complementaryError(Math.abs(z) / Math.SQRT2);
}

/** erfc of x >= 0, to some 1e-14 of itself: 1 - erf by its series below 2 (Abramowitz and Stegun 7.1.6), a continued fraction above (7.1.14). */
function complementaryError(x: number): number {
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  // From the inside out; 60 steps are enough from 2 on.
  let fraction = x;
  for (let n = 60; n >= 1; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/** Quantile of ascending values, linear between them, with numpy's rounding (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  const part = at - below;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
