import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareAurocs, estimateAuroc } from "./delong";
import golden from "./golden/statistics.json";
import { Z95 } from "./interval";
import { auroc } from "./roc";
import { someFilms } from "./testFilms";

describe("against all pairs of films", () => {
  it.each(golden.cases.filter(({ delong }) => delong !== null))("$name", ({ scores, second, labels, delong }) => {
    const { value, low, high } = estimateAuroc(scores, labels)!;
    const reach = Z95 * Math.sqrt(delong!.variance);
    expect(low).toBeCloseTo(delong!.variance > 0 ? Math.max(0, value - reach) : low, 11);
    expect(high).toBeCloseTo(delong!.variance > 0 ? Math.min(1, value + reach) : high, 11);
    const comparison = compareAurocs(scores, second, labels)!;
    expect(comparison.difference.value).toBeCloseTo(delong!.difference, 11);
    expect(comparison.difference.low).toBeCloseTo(Math.max(-1, delong!.low!), 10);
    expect(comparison.difference.high).toBeCloseTo(Math.min(1, delong!.high!), 10);
    expect(comparison.z).toBeCloseTo(delong!.z!, 9);
    expect(comparison.p! / delong!.p!).toBeCloseTo(1, 9);
  });

  it("finds the published interval of Hanley and McNeil's ratings", () => {
    const { scores, labels } = golden.cases.find(({ name }) => name.startsWith("Hanley"))!;
    expect(estimateAuroc(scores, labels)).toEqual({
      value: expect.closeTo(0.8932, 4),
      low: expect.closeTo(0.833, 4),
      high: expect.closeTo(0.9534, 4),
    });
  });
});

describe("an AUROC's interval", () => {
  it("holds the AUROC, within [0, 1], and has a width", () => {
    fc.assert(
      fc.property(someFilms, ({ scores, labels }) => {
        const { value, low, high } = estimateAuroc(scores, labels)!;
        expect(value).toBeCloseTo(auroc(scores, labels)!, 12);
        expect(0 <= low && low <= value && value <= high && high <= 1 && low < high).toBe(true);
      }),
    );
  });

  it.each([
    ["1", [1, 2, 3, 4, 5, 6, 7], 1],
    ["0", [7, 6, 5, 4, 3, 2, 1], 0],
    ["1/2, all scores alike,", [3, 3, 3, 3, 3, 3, 3], 0.5],
  ])("of %s is Wilson's on the rarer class, where DeLong has none", (_, scores, value) => {
    const labels = [0, 0, 0, 0, 1, 1, 1];
    const [n, z2] = [3, Z95 * Z95];
    const half = Math.sqrt(value * (1 - value) * n * z2 + (z2 * z2) / 4) / (n + z2);
    const centre = (value * n + z2 / 2) / (n + z2);
    expect(estimateAuroc(scores, labels)).toEqual({
      value,
      low: expect.closeTo(centre - half, 12),
      high: expect.closeTo(centre + half, 12),
    });
  });

  it("is none with fewer than two films of a class", () => {
    expect(estimateAuroc([1, 2, 3], [0, 0, 1])).toBeNull();
    expect(estimateAuroc([], [])).toBeNull();
    expect(compareAurocs([1, 2, 3], [1, 2, 3], [1, 1, 0])).toBeNull();
  });
});

describe("two models", () => {
  it("of one order differ by nothing, surely", () => {
    fc.assert(
      fc.property(someFilms, ({ scores, labels }) => {
        const steps = scores.map((score) => Math.round(score));
        const comparison = compareAurocs(
          steps,
          steps.map((step) => 3 * step + 1),
          labels,
        );
        expect(comparison).toMatchObject({ difference: { value: 0, low: 0, high: 0 }, z: 0, p: 1 });
      }),
    );
  });

  it("change signs when they change places", () => {
    fc.assert(
      fc.property(someFilms, fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 44, maxLength: 44 }), (films, longer) => {
        const others = longer.slice(0, films.labels.length);
        const one = compareAurocs(films.scores, others, films.labels)!;
        const other = compareAurocs(others, films.scores, films.labels)!;
        expect(other.difference.value).toBeCloseTo(-one.difference.value, 12);
        expect(other.difference.low).toBeCloseTo(-one.difference.high, 12);
        expect(other.p).toBe(one.p);
      }),
    );
  });

  it("that both part few films are not known to be alike", () => {
    const comparison = compareAurocs([1, 2, 3, 4], [2, 1, 3, 4], [0, 0, 1, 1])!;
    expect(comparison).toMatchObject({ z: 0, p: 1, difference: { value: 0 } });
    expect(comparison.difference.high).toBeCloseTo(1 - comparison.first.low, 12);
    expect(comparison.difference.low).toBeCloseTo(comparison.second.low - 1, 12);
  });

  it("that differ alike on every film have a difference but no test", () => {
    const comparison = compareAurocs([1, 2, 3, 4], [5, 5, 5, 5], [0, 0, 1, 1])!;
    expect(comparison).toMatchObject({ z: null, p: null, difference: { value: 0.5 } });
    expect(comparison.difference.low).toBeLessThan(0.2);
  });
});
