import { describe, expect, it } from "vitest";
import golden from "./golden/metrics.json";
import { auroc, binaryCrossEntropy, scoreLogits, sigmoid } from "./metrics";

describe("against scikit-learn", () => {
  it.each(golden)("$name", (given) => {
    const scores = scoreLogits(given.logits, given.labels);
    expect(Math.abs(scores.loss - given.loss)).toBeLessThan(1e-12);
    expect(Math.abs(scores.accuracy - given.accuracy)).toBeLessThan(1e-12);
    expect(Math.abs((scores.auroc ?? Number.NaN) - given.auroc)).toBeLessThan(1e-12);
  });
});

it("has no AUROC for one class", () => {
  expect(auroc([1, 2, 3], [1, 1, 1])).toBeNull();
  expect(auroc([1, 2, 3], [0, 0, 0])).toBeNull();
});

it("does not overflow", () => {
  expect(binaryCrossEntropy([1000, -1000], [1, 0])).toBe(0);
  expect(binaryCrossEntropy([1000, -1000], [0, 1])).toBe(1000);
  expect([sigmoid(-1000), sigmoid(0), sigmoid(1000)]).toEqual([0, 0.5, 1]);
});
