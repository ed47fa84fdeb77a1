import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brierScore, describeCalibration, expectedCalibrationError, reliabilityCurve } from "./calibration";
import golden from "./golden/statistics.json";
import { wilson } from "./interval";
import { sigmoid } from "./logistic";
import { expectClose, someFilms } from "./testFilms";

const ofLogits = golden.cases.map(({ name, scores, labels, calibration }) => ({
  name,
  probabilities: scores.map(sigmoid),
  labels,
  calibration,
}));

describe("against scikit-learn", () => {
  it.each([...ofLogits, { name: "probabilities on the edges", ...golden.edges }])("$name", (given) => {
    const { probabilities, labels, calibration } = given;
    expect(brierScore(probabilities, labels)).toBeCloseTo(calibration.brier, 11);
    expect(expectedCalibrationError(probabilities, labels)).toBeCloseTo(calibration.ece, 11);
    const bins = reliabilityCurve(probabilities, labels, 10);
    expectClose(
      bins.map((bin) => bin.meanProbability),
      calibration.mean,
    );
    expectClose(
      bins.map((bin) => bin.positiveShare.value),
      calibration.share,
    );
  });
});

it("puts every film into one bin, whose probabilities it holds, with Wilson's interval", () => {
  fc.assert(
    fc.property(someFilms, fc.integer({ min: 1, max: 20 }), (films, bins) => {
      const curve = reliabilityCurve(films.scores.map(sigmoid), films.labels, bins);
      expect(curve.reduce((sum, bin) => sum + bin.films, 0)).toBe(films.labels.length);
      for (const bin of curve) {
        expect(bin.meanProbability).toBeGreaterThanOrEqual(bin.from - 1e-12);
        expect(bin.meanProbability).toBeLessThanOrEqual(bin.to + 1e-12);
        expect(bin.positiveShare).toEqual(wilson(Math.round(bin.positiveShare.value * bin.films), bin.films));
      }
    }),
  );
});

it("knows sure and right probabilities from sure and wrong ones", () => {
  expect(describeCalibration([0, 1, 1], [0, 1, 1])).toMatchObject({ brier: 0, ece: 0 });
  expect(describeCalibration([1, 0, 0], [0, 1, 1])).toMatchObject({ brier: 1, ece: 1 });
});

it("says nothing of no films", () => {
  expect(describeCalibration([], [])).toBeNull();
});
