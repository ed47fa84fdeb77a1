import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "./golden/statistics.json";
import { quantile, twoSidedP, waldEstimate, wilson } from "./interval";

describe("Wilson's interval", () => {
  it.each(golden.wilson)("is scipy's of %d of %d", (successes, trials, low, high) => {
    const estimate = wilson(successes!, trials!)!;
    expect(estimate.value).toBe(successes! / trials!);
    expect(estimate.low).toBeCloseTo(low!, 11);
    expect(estimate.high).toBeCloseTo(high!, 11);
  });

  it("lies within [0, 1] around the share, and narrows with more trials", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (successes, failures) => {
        fc.pre(successes + failures > 0);
        const { value, low, high } = wilson(successes, successes + failures)!;
        expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true);
        const more = wilson(2 * successes, 2 * (successes + failures))!;
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    );
  });

  it("is none without trials", () => expect(wilson(0, 0)).toBeNull());
});

it.each(golden.twoSidedP)("has the normal distribution's p of z = %d", (z, p) => {
  expect(twoSidedP(z!) / p!).toBeCloseTo(1, 10);
  expect(twoSidedP(-z!)).toBe(twoSidedP(z!));
});

it.each(golden.quantiles.at)("takes numpy's quantile %d", (share, value) => {
  expect(quantile(golden.quantiles.values, share!)).toBeCloseTo(value!, 12);
});

it("holds an interval within its figure's range", () => {
  expect(waldEstimate(0.9, 0.01, [0, 1])).toEqual({ value: 0.9, low: expect.closeTo(0.704, 3), high: 1 });
});
