import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "./golden/statistics.json";
import { chooseThreshold, confusionAt, ratesOf } from "./operatingPoint";
import { someFilms } from "./testFilms";

describe("against scikit-learn", () => {
  it.each(golden.cases)("$name", ({ scores, labels, point, youden }) => {
    const matrix = confusionAt(scores, labels, point.threshold);
    const { trueNegatives, falsePositives, falseNegatives, truePositives } = matrix;
    expect([trueNegatives, falsePositives, falseNegatives, truePositives]).toEqual(point.confusion);
    const rates = ratesOf(matrix);
    for (const rate of ["sensitivity", "specificity", "ppv", "npv", "accuracy", "f1"] as const) {
      expect(rates[rate]!.value, rate).toBeCloseTo(point[rate], 11);
    }
    // Its first threshold was one above the highest score before it was infinite.
    const chosen = chooseThreshold(scores, labels, { by: "youden" })!;
    expect(Math.min(chosen, Math.max(...scores) + 1)).toBe(youden);
  });
});

describe("rates", () => {
  it("lie within their intervals, and those within [0, 1]", () => {
    fc.assert(
      fc.property(someFilms, fc.double({ min: -25, max: 25, noNaN: true }), ({ scores, labels }, threshold) => {
        for (const rate of Object.values(ratesOf(confusionAt(scores, labels, threshold)))) {
          if (rate) expect(0 <= rate.low && rate.low <= rate.value && rate.value <= rate.high && rate.high <= 1).toBe(true);
        }
      }),
    );
  });

  it("of a threshold beyond all scores are none where they are shares of nothing", () => {
    const none = ratesOf(confusionAt([1, 2, 3], [0, 1, 1], 4));
    expect(none).toMatchObject({
      ppv: null,
      sensitivity: { value: 0 },
      specificity: { value: 1 },
      npv: { value: 1 / 3 },
      f1: { value: 0 },
    });
    const all = ratesOf(confusionAt([1, 2, 3], [0, 1, 1], -4));
    expect(all).toMatchObject({ npv: null, sensitivity: { value: 1 }, specificity: { value: 0 }, ppv: { value: 2 / 3 } });
  });

  it("of no films are none", () => {
    expect(Object.values(ratesOf(confusionAt([], [], 0)))).toEqual([null, null, null, null, null, null]);
  });

  it("of F1 carry the interval of the share of true positives among all but true negatives over", () => {
    const { f1 } = ratesOf({ truePositives: 30, falsePositives: 12, trueNegatives: 500, falseNegatives: 8 });
    // Wilson's 46.2 % to 72.4 % of 30 out of 50, twice over themselves and one.
    expect(f1).toEqual({ value: expect.closeTo(0.75, 12), low: expect.closeTo(0.6318, 3), high: expect.closeTo(0.8398, 3) });
  });
});

describe("a threshold", () => {
  it("calls a film of just that score positive", () => {
    expect(confusionAt([0.5], [1], 0.5)).toMatchObject({ truePositives: 1, falseNegatives: 0 });
  });

  it("is the best that reaches what is wanted", () => {
    fc.assert(
      fc.property(someFilms, fc.double({ min: 0, max: 1, noNaN: true }), ({ scores, labels }, value) => {
        const thresholds = [Number.POSITIVE_INFINITY, ...new Set(scores)].sort((a, b) => b - a);
        const rates = (threshold: number) => {
          const { sensitivity, specificity } = ratesOf(confusionAt(scores, labels, threshold));
          return { sensitivity: sensitivity!.value, specificity: specificity!.value };
        };
        const sensitive = chooseThreshold(scores, labels, { by: "sensitivity", value })!;
        expect(sensitive).toBe(thresholds.find((threshold) => rates(threshold).sensitivity >= value));
        const specific = chooseThreshold(scores, labels, { by: "specificity", value })!;
        expect(specific).toBe(thresholds.findLast((threshold) => rates(threshold).specificity >= value));
      }),
    );
  });

  it("needs the class that its rule is about", () => {
    expect(chooseThreshold([1, 2], [1, 1], { by: "youden" })).toBeNull();
    expect(chooseThreshold([1, 2], [0, 0], { by: "sensitivity", value: 0.9 })).toBeNull();
    expect(chooseThreshold([1, 2], [1, 1], { by: "specificity", value: 0.9 })).toBeNull();
    expect(chooseThreshold([1, 2], [1, 1], { by: "sensitivity", value: 0.9 })).toBe(1);
    expect(chooseThreshold([], [], { by: "youden" })).toBeNull();
  });
});
