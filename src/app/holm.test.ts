import { expect, it } from "vitest";
import { correctByHolm } from "./holm";

it("gives what R's p.adjust gives", () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02
  const corrected = correctByHolm([0.01, 0.04, 0.03, 0.005]);
  for (const [at, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(corrected[at]).toBeCloseTo(p, 12);
  expect(correctByHolm([0.7, 0.6])).toEqual([1, 1]);
});

it("leaves one test as it is, and counts only tests that there were", () => {
  expect(correctByHolm([0.04])).toEqual([0.04]);
  expect(correctByHolm([null, 0.02, null, 0.03])).toEqual([null, 0.04, null, 0.04]);
  expect(correctByHolm([])).toEqual([]);
});
