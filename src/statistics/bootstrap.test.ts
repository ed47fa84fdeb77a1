import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../nn/random";
import type { PatientBootstrap, ScoredFilms } from "../protocol/statistics";
import { bootstrapByPatient, bootstrapDifference } from "./bootstrap";
import { compareAurocs, estimateAuroc } from "./delong";
import { Z95 } from "./interval";
import { averagePrecision } from "./precisionRecall";
import { expectClose } from "./testFilms";

const options = { seed: 5, rounds: 1000 };

/** A film a patient; every third positive. */
function drawFilms(count: number): ScoredFilms & { second: Float64Array } {
  const random = createRandom(1, "drawn", count);
  const labels = Uint8Array.from({ length: count }, (_, film) => (film % 3 === 0 ? 1 : 0));
  return {
    labels,
    scores: Float64Array.from(labels, (label) => label + random.normal()),
    second: Float64Array.from(labels, (label) => 1.5 * label + random.normal()),
    patients: Uint32Array.from({ length: count }, (_, film) => 7 * film),
  };
}

function repeat(films: ScoredFilms, times: number): ScoredFilms {
  const each = Array.from({ length: times * films.labels.length }, (_, at) => at % films.labels.length);
  return {
    labels: Uint8Array.from(each, (film) => films.labels[film]!),
    scores: Float64Array.from(each, (film) => films.scores[film]!),
    patients: Uint32Array.from(each, (film) => films.patients[film]!),
  };
}

const films = drawFilms(300);
let plain: PatientBootstrap;
beforeAll(async () => {
  plain = await bootstrapByPatient(films, options);
});

describe("films of as many patients", () => {
  it("have nearly DeLong's interval", () => {
    const delong = estimateAuroc(films.scores, films.labels)!;
    expect(plain.auroc!.value).toBeCloseTo(delong.value, 12);
    expectClose([plain.auroc!.low, plain.auroc!.high], [delong.low, delong.high], 0.01);
    expect(plain).toMatchObject({ rounds: 1000, leftOut: 0 });
  });

  it("have an interval of the average precision", () => {
    const { value, low, high } = plain.averagePrecision!;
    expect(value).toBe(averagePrecision(films.scores, films.labels));
    expect(low).toBeLessThan(value - 0.02);
    expect(high).toBeGreaterThan(value + 0.02);
  });

  it("give two models a difference with nearly DeLong's interval", async () => {
    const { difference } = compareAurocs(films.scores, films.second, films.labels)!;
    const drawn = await bootstrapDifference(films, films.second, options);
    expect(drawn.auroc!.value).toBeCloseTo(difference.value, 12);
    expectClose([drawn.auroc!.low, drawn.auroc!.high], [difference.low, difference.high], 0.01);
    expect(drawn.averagePrecision!.value).toBeCloseTo(
      averagePrecision(films.scores, films.labels)! - averagePrecision(films.second, films.labels)!,
      12,
    );
  });
});

it("learns nothing from a patient's film that is taken three times over, where DeLong's interval does", async () => {
  const thrice = repeat(films, 3);
  const drawn = await bootstrapByPatient(thrice, options);
  for (const figure of ["auroc", "averagePrecision"] as const) {
    for (const end of ["value", "low", "high"] as const) expect(drawn[figure]![end]).toBeCloseTo(plain[figure]![end], 12);
  }
  const [one, three] = [films, thrice].map(({ scores, labels }) => estimateAuroc(scores, labels)!);
  expect(three!.high - three!.low).toBeLessThan(0.6 * (one!.high - one!.low));
});

it("draws the same for a seed, whatever patients are called, and else for another", async () => {
  const renamed = { ...films, patients: films.patients.map((patient) => 4e9 - patient) };
  expect(await bootstrapByPatient(renamed, options)).toEqual(plain);
  expect((await bootstrapByPatient(films, { ...options, seed: 6 })).auroc).not.toEqual(plain.auroc);
});

it("leaves rounds of one class out, and counts them", async () => {
  const few: ScoredFilms = {
    labels: Uint8Array.of(0, 0, 1, 1),
    scores: Float64Array.of(1, 3, 2, 4),
    patients: Uint32Array.of(1, 2, 3, 4),
  };
  const drawn = await bootstrapByPatient(few, options);
  expect(drawn.rounds + drawn.leftOut).toBe(1000);
  // Two classes of two among four draws: one round in eight.
  expect(drawn.leftOut / 1000).toBeGreaterThan(0.08);
  expect(drawn.leftOut / 1000).toBeLessThan(0.17);
  expect(drawn.auroc).toMatchObject({ value: 0.75, high: 1 });
});

it("has Wilson's interval on patients where scores part the classes", async () => {
  const parted: ScoredFilms = {
    labels: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 1),
    scores: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    patients: Uint32Array.of(1, 2, 3, 4, 5, 5, 6, 6),
  };
  const drawn = await bootstrapByPatient(parted, options);
  expect(drawn.auroc).toEqual({ value: 1, low: expect.closeTo(2 / (2 + Z95 * Z95), 12), high: 1 });
  expect(drawn.averagePrecision).toBeNull();
});

it.each([
  ["no films", [], [], []],
  ["one class", [1, 2, 3], [1, 1, 1], [1, 2, 3]],
  ["all positives of one patient", [1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 2, 3]],
])("tells nothing of %s", async (_, scores, labels, patients) => {
  const given = { labels: Uint8Array.from(labels), scores: Float64Array.from(scores), patients: Uint32Array.from(patients) };
  const nothing = { auroc: null, averagePrecision: null, rounds: 0, leftOut: 0 };
  expect(await bootstrapByPatient(given, options)).toEqual(nothing);
  expect(await bootstrapDifference(given, given.scores, options)).toEqual(nothing);
});
