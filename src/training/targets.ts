// Takes apart what is laid out [films, targets]: values of one target, and of logits and labels those that are known. Scores nothing.
import { UNKNOWN_LABEL } from "../protocol/dataset";

/** Every film's value under the target at place `target` of `targets`. */
export function valuesUnder(values: ArrayLike<number>, target: number, targets: number): Float64Array {
  return Float64Array.from({ length: values.length / targets }, (_, film) => values[film * targets + target]!);
}

/** The logits whose label is known, and those labels. */
export function keepKnown(logits: ArrayLike<number>, labels: ArrayLike<number>): { logits: Float64Array; labels: Float64Array } {
  const known = Array.from(labels, (label, at) => (label === UNKNOWN_LABEL ? -1 : at)).filter((at) => at >= 0);
  return { logits: Float64Array.from(known, (at) => logits[at]!), labels: Float64Array.from(known, (at) => labels[at]!) };
}
