import { describe, expect, it } from "vitest";
import type { ScoredFilms } from "../protocol/statistics";
import golden from "./golden/statistics.json";
import { wilson } from "./interval";
import { operateAt } from "./operatingPoint";
import { compareModels, summariseGroups, summariseTarget } from "./summarise";

const given = golden.cases[0]!;
const films: ScoredFilms = {
  labels: Uint8Array.from(given.labels),
  scores: Float64Array.from(given.scores),
  patients: Uint32Array.from(given.labels, (_, film) => Math.floor(film / 2)),
};
const options = { seed: 3, rounds: 200 };

const choose = (wanted: (film: number) => boolean): ScoredFilms => ({
  labels: films.labels.filter((_, film) => wanted(film)),
  scores: films.scores.filter((_, film) => wanted(film)),
  patients: films.patients.filter((_, film) => wanted(film)),
});

describe("a target's summary", () => {
  it("has scikit-learn's figures", async () => {
    const summary = await summariseTarget(films, options);
    expect(summary).toMatchObject({
      films: 150,
      positives: 45,
      patients: 75,
      prevalence: wilson(45, 150),
      auroc: { value: expect.closeTo(given.auroc, 11) },
      averagePrecision: expect.closeTo(given.averagePrecision, 11),
      byPatient: { auroc: { value: expect.closeTo(given.auroc, 11) }, rounds: 200 },
      calibration: {
        brier: expect.closeTo(given.calibration.brier, 11),
        ece: expect.closeTo(given.calibration.ece, 11),
        reliability: { length: given.calibration.mean.length },
      },
    });
    expect(summary.roc!.tpr.at(-1)).toBe(1);
    expect(summary.precisionRecall!.recall[0]).toBe(1);
  });

  it("of one class says what one class can", async () => {
    const none = await summariseTarget(
      choose((film) => films.labels[film] === 0),
      options,
    );
    expect(none).toMatchObject({ auroc: null, averagePrecision: null, roc: null, precisionRecall: null });
    expect(none.calibration!.reliability.every((bin) => bin.positiveShare.value === 0)).toBe(true);
  });

  it("has nothing to say of no films", async () => {
    expect(
      await summariseTarget(
        choose(() => false),
        options,
      ),
    ).toEqual({
      films: 0,
      positives: 0,
      patients: 0,
      small: true,
      prevalence: null,
      auroc: null,
      averagePrecision: null,
      byPatient: { auroc: null, averagePrecision: null, rounds: 0, leftOut: 0 },
      roc: null,
      precisionRecall: null,
      calibration: null,
    });
  });

  it("holds no NaN, whatever films there are", async () => {
    for (const count of [1, 2, 3, 5, 9]) {
      const summary = await summariseTarget(
        choose((film) => film < count),
        options,
      );
      // Every number passes here before it is written.
      const numbers: unknown[] = [];
      JSON.stringify(summary, (_, value) => {
        if (typeof value === "number") numbers.push(value);
        return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
      });
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers.filter(Number.isNaN)).toEqual([]);
    }
  });

  it("refuses scores that are none, before it draws", async () => {
    const broken = { ...films, scores: films.scores.map((score, film) => (film === 8 ? Number.NaN : score)) };
    await expect(summariseTarget(broken, options)).rejects.toMatchObject({ code: "scoreNotFinite", at: "film 9" });
  });
});

describe("two models", () => {
  const second = Float64Array.from(given.second);

  it("are compared film by film and patient by patient", async () => {
    const comparison = await compareModels(films, second, options);
    expect(comparison).toMatchObject({ films: 150, positives: 45, patients: 75 });
    expect(comparison.auroc!.p).toBeCloseTo(given.delong!.p!, 10);
    expect(comparison.byPatient.auroc!.value).toBeCloseTo(given.delong!.difference, 11);
  });

  it("that are one do not differ", async () => {
    const same = await compareModels(films, films.scores, options);
    expect(same.auroc).toMatchObject({ difference: { value: 0, low: 0, high: 0 }, z: 0, p: 1 });
    expect(same.byPatient.auroc).toBeNull();
  });

  it("are refused where either's scores are none, or not of the same films", async () => {
    const broken = second.map((score, film) => (film === 3 ? Number.NaN : score));
    await expect(compareModels(films, broken, options)).rejects.toMatchObject({ code: "scoreNotFinite", at: "film 4" });
    await expect(compareModels(films, second.subarray(1), options)).rejects.toThrow(RangeError);
  });
});

describe("groups", () => {
  const groups = films.scores.map((_, film) => (film < 12 ? 9 : film % 2));
  const summaries = summariseGroups(films, groups, 0.4);

  it("come by number, each with its own films' figures", async () => {
    expect(summaries.map(({ group }) => group)).toEqual([0, 1, 9]);
    expect(summaries.reduce((sum, group) => sum + group.films, 0)).toBe(150);
    for (const { group, small, ...summary } of summaries) {
      const alone = await summariseTarget(
        choose((film) => groups[film] === group),
        options,
      );
      const { auroc, films: count, positives, patients, prevalence } = alone;
      const part = choose((film) => groups[film] === group);
      const { sensitivity, specificity } = operateAt(part.scores, part.labels, { by: "score", value: 0.4 })!;
      expect(summary).toEqual({ auroc, films: count, positives, patients, prevalence, sensitivity, specificity });
    }
  });

  it("are small with fewer than ten patients of a class, however many films they have", () => {
    expect(summaries.map(({ small }) => small)).toEqual([false, false, true]);
    const labels = Uint8Array.from({ length: 29 }, (_, film) => (film < 10 ? 1 : film < 20 ? 0 : film % 2));
    const exact = { labels, scores: Float64Array.from(labels), patients: Uint32Array.from(labels.keys()) };
    const parts = summariseGroups(
      exact,
      labels.map((_, film) => (film < 20 ? 0 : 1)),
      0.5,
    );
    expect(parts.map(({ films, small }) => [films, small])).toEqual([
      [20, false],
      [9, true],
    ]);
    const ofOne = { ...exact, patients: exact.patients.map((patient) => (patient < 10 ? patient % 9 : patient)) };
    expect(summariseGroups(ofOne, new Uint8Array(29), 0.5)[0]!.small, "nine patients and more").toBe(false);
    expect(
      summariseGroups(
        ofOne,
        exact.patients.map((film) => (film < 20 ? 0 : 1)),
        0.5,
      )[0]!.small,
    ).toBe(true);
  });

  it("of one class have the figures that one class can have", () => {
    const negatives = choose((film) => films.labels[film] === 0);
    const [group] = summariseGroups(
      negatives,
      negatives.scores.map(() => 3),
      0.4,
    );
    expect(group).toMatchObject({
      group: 3,
      positives: 0,
      auroc: null,
      sensitivity: null,
      specificity: { value: expect.any(Number) },
    });
  });

  it("are none of no films", () => {
    expect(
      summariseGroups(
        choose(() => false),
        [],
        0,
      ),
    ).toEqual([]);
  });
});
