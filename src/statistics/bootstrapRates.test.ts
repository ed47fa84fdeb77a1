import { describe, expect, it } from "vitest";
import { createRandom } from "../nn/random";
import type { ScoredFilms } from "../protocol/statistics";
import { bootstrapByPatient } from "./bootstrap";
import { bootstrapRates } from "./bootstrapRates";
import { Z95 } from "./interval";
import { confusionAt, ratesOf } from "./operatingPoint";
import { expectClose } from "./testFilms";

const options = { seed: 5, rounds: 2000 };

/** Three films a patient, of one label and, but for a little, of one score. */
function drawFilms(patients: number): ScoredFilms {
  const random = createRandom(2, "drawn", patients);
  const films = Array.from({ length: patients }, (_, patient) => {
    const label = patient % 3 === 0 ? 1 : 0;
    const score = 2 * label + random.normal();
    return [0, 1, 2].map(() => ({ patient, label, score: score + 0.01 * random.normal() }));
  }).flat();
  return {
    labels: Uint8Array.from(films, ({ label }) => label),
    scores: Float64Array.from(films, ({ score }) => score),
    patients: Uint32Array.from(films, ({ patient }) => 5 * patient),
  };
}

const films = drawFilms(300);
const wilsonAt = ({ scores, labels }: ScoredFilms, threshold: number) => ratesOf(confusionAt(scores, labels, threshold));

describe("sensitivity and specificity by patient", () => {
  it("are Wilson's of a film a patient, nearly, where every film is of another patient", async () => {
    const alone = { ...films, patients: Uint32Array.from(films.patients.keys()) };
    const [drawn, wilson] = [await bootstrapRates(alone, 1, options), wilsonAt(alone, 1)];
    for (const rate of ["sensitivity", "specificity"] as const) {
      expect(drawn[rate]!.value).toBe(wilson[rate]!.value);
      expectClose([drawn[rate]!.low, drawn[rate]!.high], [wilson[rate]!.low, wilson[rate]!.high], 0.01);
    }
  });

  it("are wider by the square root of a patient's films, where these are as one", async () => {
    const [drawn, wilson] = [await bootstrapRates(films, 1, options), wilsonAt(films, 1)];
    for (const rate of ["sensitivity", "specificity"] as const) {
      const wider = (drawn[rate]!.high - drawn[rate]!.low) / (wilson[rate]!.high - wilson[rate]!.low);
      expect(wider / Math.sqrt(3)).toBeGreaterThan(0.85);
      expect(wider / Math.sqrt(3)).toBeLessThan(1.15);
    }
  });

  it("are of the very rounds that the AUROC's interval is of", async () => {
    // No negative film is called positive: in every round the AUROC of the calls is (sensitivity + 1) / 2.
    const scores = films.scores.map((score, film) => (films.labels[film] === 1 && score >= 2 ? 1 : 0));
    const rates = (await bootstrapRates({ ...films, scores }, 1, options)).sensitivity!;
    const area = (await bootstrapByPatient({ ...films, scores }, options))!.auroc!;
    for (const end of ["value", "low", "high"] as const) expect(area[end]).toBeCloseTo((rates[end] + 1) / 2, 12);
  });

  it("have Wilson's interval on patients where all films of a class are called alike", async () => {
    const all = await bootstrapRates(films, Number.NEGATIVE_INFINITY, options);
    expect(all.sensitivity).toEqual({ value: 1, low: expect.closeTo(100 / (100 + Z95 * Z95), 12), high: 1 });
    expect(all.specificity).toEqual({ value: 0, low: 0, high: expect.closeTo((Z95 * Z95) / (200 + Z95 * Z95), 12) });
  });

  it("tell nothing of a class with fewer than two patients", async () => {
    const of = (patients: number[]): ScoredFilms => ({
      labels: Uint8Array.of(1, 1, 0, 0),
      scores: Float64Array.of(4, 1, 2, 3),
      patients: Uint32Array.from(patients),
    });
    expect(await bootstrapRates(of([1, 1, 2, 3]), 2, options)).toEqual({ sensitivity: null, specificity: null });
    expect((await bootstrapRates(of([1, 4, 2, 3]), 2, options)).sensitivity?.value).toBe(0.5);
  });
});
