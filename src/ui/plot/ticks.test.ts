import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roundTicks } from "./ticks";

describe("roundTicks", () => {
  it("spans the range in round steps", () => {
    expect(roundTicks(0.384, 0.762)).toEqual([0.3, 0.4, 0.5, 0.6, 0.7, 0.8]);
    expect(roundTicks(0, 0.021)).toEqual([0, 0.005, 0.01, 0.015, 0.02, 0.025]);
    expect(roundTicks(1, 9)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it("always holds both ends, whatever the range", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 1e-3, max: 1e4, noNaN: true }), (low, span) => {
        const ticks = roundTicks(low, low + span);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThan(12);
        expect(ticks[0]).toBeLessThanOrEqual(low + 1e-6 * span);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(low + span - 1e-6 * span);
      }),
    );
  });
});
