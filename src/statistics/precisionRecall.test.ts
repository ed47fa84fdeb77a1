import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "./golden/statistics.json";
import { countLevels, rankScores } from "./levels";
import { averagePrecision, averagePrecisionOfCounts, precisionRecallCurve, thinPrecisionRecall } from "./precisionRecall";
import { expectClose, someFilms } from "./testFilms";

describe("against scikit-learn", () => {
  it.each(golden.cases)("$name", ({ scores, labels, weights, ...given }) => {
    expect(averagePrecision(scores, labels)).toBeCloseTo(given.averagePrecision, 11);
    const weighted = countLevels(rankScores(scores), labels, weights);
    expect(averagePrecisionOfCounts(weighted)).toBeCloseTo(given.weighted.averagePrecision, 11);
    const curve = precisionRecallCurve(scores, labels)!;
    expectClose(curve.precision, given.precisionRecall.precision);
    expectClose(curve.recall, given.precisionRecall.recall);
    expectClose(curve.thresholds, given.precisionRecall.thresholds);
  });
});

it("goes by the order of scores only", () => {
  fc.assert(
    fc.property(someFilms, ({ scores, labels }) => {
      const steps = scores.map((score) => Math.round(score));
      const others = steps.map((step) => step ** 3 / 8);
      expect(averagePrecision(others, labels)).toBe(averagePrecision(steps, labels));
    }),
  );
});

it("is the share of positives where all scores are alike", () => {
  expect(averagePrecision([2, 2, 2, 2], [0, 1, 0, 0])).toBe(0.25);
});

it("needs positives, and no negatives", () => {
  expect(averagePrecision([1, 2], [0, 0])).toBeNull();
  expect(precisionRecallCurve([1, 2], [0, 0])).toBeNull();
  expect(averagePrecision([], [])).toBeNull();
  expect(averagePrecision([1, 2], [1, 1])).toBe(1);
});

it("is thinned to points of its own, the last without a threshold", () => {
  const films = [...Array(5000).keys()];
  const labels = films.map((film) => (film % 7 === 0 || film > 4000 ? 1 : 0));
  const curve = precisionRecallCurve(films, labels)!;
  const thin = thinPrecisionRecall(curve, 100);
  expect([thin.precision.length, thin.recall.length, thin.thresholds.length]).toEqual([100, 100, 99]);
  expect([thin.precision[99], thin.recall[99]]).toEqual([1, 0]);
  for (const point of [0, 50, 98]) {
    const at = curve.thresholds.indexOf(thin.thresholds[point]!);
    expect([thin.precision[point], thin.recall[point]]).toEqual([curve.precision[at], curve.recall[at]]);
  }
});
