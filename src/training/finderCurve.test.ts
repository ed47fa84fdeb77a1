import { describe, expect, it } from "vitest";
import { type FinderPoint, NO_SUGGESTIONS } from "../protocol/finder";
import { averageRuns, choose, toFinderResult } from "./finderCurve";
import golden from "./golden/finder.json";

const toPoints = (at: number): FinderPoint[] =>
  golden[at]!.lrs.map((lr, i) => ({ lr, loss: golden[at]!.losses[i]!, smoothed: golden[at]!.smoothed[i]! }));
const [diverging, falling, flat] = [toPoints(0), toPoints(1), toPoints(2)];

describe("several runs", () => {
  it("are their mean, within what they lie between", () => {
    const curve = averageRuns([falling, flat]);
    expect(curve).toHaveLength(100);
    expect(curve[50]!.lr).toBe(falling[50]!.lr);
    expect(curve[50]!.loss).toBeCloseTo((falling[50]!.loss + flat[50]!.loss) / 2, 12);
    expect(curve[50]!.smoothed).toBeCloseTo((falling[50]!.smoothed + flat[50]!.smoothed) / 2, 12);
    expect(curve.every(({ low, smoothed, high }) => low <= smoothed && smoothed <= high)).toBe(true);
    expect([curve[90]!.low, curve[90]!.high]).toEqual([falling[90]!.smoothed, flat[90]!.smoothed]);
  });

  it("end where the first of them diverged", () => {
    expect(diverging.length).toBeLessThan(100);
    expect(averageRuns([falling, diverging, flat])).toHaveLength(diverging.length);
  });

  it("each keep what they suggest by themselves", () => {
    const { runs, suggestions } = toFinderResult([diverging, falling], 100);
    expect(runs.map((run) => run.suggestions)).toEqual([golden[0]!.suggestions, golden[1]!.suggestions]);
    expect(runs.map(({ losses }) => losses.length)).toEqual([diverging.length, 100]);
    expect(suggestions.valley).toBeGreaterThan(0);
  });
});

it("is one run as it was, where it ran once", () => {
  const result = toFinderResult([diverging], 100);
  expect(result).toMatchObject({ lrs: golden[0]!.lrs, smoothed: golden[0]!.smoothed, suggestions: golden[0]!.suggestions });
  expect(averageRuns([diverging]).every(({ low, smoothed, high }) => low === smoothed && high === smoothed)).toBe(true);
});

describe("the chosen max LR", () => {
  const result = toFinderResult([diverging], 100);

  it("has its place on the curve, and the suggestion that is nearest", () => {
    const { valley } = result.suggestions;
    const { chosen, chosenAt } = choose(result, valley! * 1.02);
    expect(chosen).toBe(valley! * 1.02);
    const index = result.lrs.indexOf(valley!);
    expect(chosenAt).toEqual({ index, smoothedLoss: result.smoothed[index], nearest: "valley" });
  });

  it("has none beside the curve, and no nearest suggestion where none was made", () => {
    expect(choose(result, 50)).toMatchObject({ chosen: 50, chosenAt: null });
    expect(choose({ ...result, lrs: [], smoothed: [] }, 1e-3).chosenAt).toBeNull();
    expect(choose({ ...result, suggestions: NO_SUGGESTIONS }, 1e-3).chosenAt).toMatchObject({ nearest: null });
  });
});
