// Which score calls so many films positive. Chooses no operating point: a person slides to one.

/**
 * Films that tie are called all or none: where they stand between the films that are called now and as many as are wanted, as many are called
 * as lets the person get on.
 * @param scores of all films, ascending
 * @param wanted how many films to call positive
 * @param called how many are called now
 * @returns the score from which on films are positive; Infinity for none
 */
export function thresholdCalling(scores: Float64Array, wanted: number, called: number): number {
  const threshold = scores[scores.length - wanted] ?? Number.POSITIVE_INFINITY;
  if (wanted >= called || scores.indexOf(threshold) === scores.length - wanted) return threshold;
  return scores.find((score) => score > threshold) ?? Number.POSITIVE_INFINITY;
}
