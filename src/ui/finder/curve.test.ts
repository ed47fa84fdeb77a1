import { describe, expect, it } from "vitest";
import { NO_SUGGESTIONS } from "../../protocol/finder";
import { curveOf, decades, flagSuggestions, lossRange, lrAtFraction, roundLr, spreadOver } from "./curve";

const points = Array.from({ length: 100 }, (_, index) => ({
  lr: 1e-7 * (10 / 1e-7) ** (index / 100),
  loss: 1,
  smoothed: index < 10 ? 50 : index >= 95 ? 400 : 0.7 - index * 0.002,
}));

describe("the finder's curve", () => {
  it("of a kept result lies between its runs, and on its mean where no runs were kept", () => {
    const run = (...smoothed: number[]) => ({ losses: [], smoothed, suggestions: NO_SUGGESTIONS });
    const kept = { lrs: [0.1, 1], losses: [5, 6], smoothed: [2, 4], suggestions: NO_SUGGESTIONS, chosen: null, chosenAt: null };
    expect(curveOf({ ...kept, runs: [run(1, 3), run(3, 5, 9)] })).toEqual([
      { lr: 0.1, loss: 5, smoothed: 2, low: 1, high: 3 },
      { lr: 1, loss: 6, smoothed: 4, low: 3, high: 5 },
    ]);
    expect(curveOf({ ...kept, runs: [] })[1]).toEqual({ lr: 1, loss: 6, smoothed: 4, low: 4, high: 4 });
  });

  it("takes its scale from what fastai plots: the first 10 and last 5 points set none", () => {
    const [low, high] = lossRange(points, true) ?? [];
    expect(low).toBeCloseTo(0.512 - 0.15 * 0.35 * 0.512, 6);
    expect(high).toBeCloseTo(0.68 + 0.6 * 0.35 * 0.512, 6);
  });

  it("lets the rise after the minimum leave the plot, and does not blow up a flat curve", () => {
    expect(lossRange(points, false)?.[1]).toBeLessThan(1);
    const flat = points.map(({ lr }) => ({ lr, loss: 0.7, smoothed: 0.7 }));
    const [low = 0, high = 0] = lossRange(flat, true) ?? [];
    expect(high - low).toBeGreaterThan(0.05);
  });

  it("draws a short run whole, and nothing where no loss is finite", () => {
    expect(lossRange(points.slice(0, 5), false)?.[1]).toBeGreaterThan(50);
    expect(lossRange([{ lr: 1, loss: Number.NaN, smoothed: Number.NaN }], true)).toBeNull();
  });

  it("reads the log axis", () => {
    expect(lrAtFraction(points, 0)).toBe(1e-7);
    expect(lrAtFraction(points, 50 / 99)).toBeCloseTo(1e-3, 12);
    expect(lrAtFraction(points, 1)).toBeCloseTo(points[99]?.lr ?? 0, 12);
    expect(lrAtFraction([], 0.5)).toBeNull();
  });

  it("marks powers of ten within the curve only", () => {
    expect(decades(points).map(Math.log10).map(Math.round)).toEqual([-7, -6, -5, -4, -3, -2, -1, 0]);
    expect(decades([])).toEqual([]);
  });

  it("rounds a pick to what is shown", () => {
    expect(roundLr(0.01230268)).toBe(0.0123);
  });
});

describe("suggestions on the curve", () => {
  const suggestions = { ...NO_SUGGESTIONS, valley: 1e-3, steep: 1e-2, steepest: 1e-3, minimumOver10: 1e-9 };

  it("are named from the right down to the left, each on a row of its own, and only where the curve is", () => {
    expect(flagSuggestions(suggestions, points)).toEqual([
      { name: "steep", lr: 1e-2, row: 0 },
      { name: "valley", lr: 1e-3, row: 1 },
      { name: "steepest", lr: 1e-3, row: 2 },
    ]);
    expect(flagSuggestions(null, points)).toEqual([]);
    expect(flagSuggestions(suggestions, [])).toEqual([]);
  });

  it("spread over the runs that make them", () => {
    const run = (valley: number | null) => ({ losses: [], smoothed: [], suggestions: { ...NO_SUGGESTIONS, valley } });
    expect(spreadOver([run(3e-3), run(null), run(1e-3)], "valley")).toEqual([1e-3, 3e-3]);
    expect(spreadOver([run(3e-3)], "valley")).toBeNull();
    expect(spreadOver([run(null), run(null)], "valley")).toBeNull();
  });
});
