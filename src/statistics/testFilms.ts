// What the tests of this folder share: fast-check's films, and closeness as it is asked for of figures.
import fc from "fast-check";
import { expect } from "vitest";

interface Film {
  label: number;
  score: number;
  patient: number;
}

/** Two or more films of either class; few distinct scores, so that there are ties, and few patients. */
export const someFilms = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      score: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.double({ min: -20, max: 20, noNaN: true })),
      patient: fc.integer({ min: 0, max: 30 }),
    }),
    { maxLength: 40 },
  )
  .map((films): Film[] => [
    ...[0, 1, 0, 1].map((label, patient) => ({ label, score: label / 2 - 1, patient: 100 + patient })),
    ...films,
  ])
  .map((films) => ({
    labels: Uint8Array.from(films, (film) => film.label),
    // A zero of either sign is one score.
    scores: Float64Array.from(films, (film) => film.score + 0),
    patients: Uint32Array.from(films, (film) => film.patient),
  }));

export function expectClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, within = 1e-9): void {
  expect(actual.length).toBe(wanted.length);
  const worst = Array.from(actual, (value, at) => Math.abs(value - wanted[at]!)).reduce(
    (most, apart) => Math.max(most, apart),
    0,
  );
  expect(worst).toBeLessThanOrEqual(within);
}
