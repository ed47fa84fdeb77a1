import { describe, expect, it } from "vitest";
import golden from "./golden/schedule.json";
import { finderLr, oneCycle } from "./schedule";

/** Largest relative distance between what is computed and the golden. */
function worst(expected: number[], actual: (step: number) => number): number {
  return Math.max(...expected.map((value, step) => Math.abs(actual(step) - value) / Math.abs(value)));
}

describe("oneCycle", () => {
  it.each(golden.oneCycle)("runs every batch of $n at fastai's rate and momentum", (given) => {
    const [first = 0, second = 0] = given.moms;
    const schedule = oneCycle({
      maxLr: given.lr_max,
      totalSteps: given.n,
      divFactor: given.div_factor,
      pctStart: given.pct_start,
      finalDiv: given.final_div,
      moms: [first, second],
    });
    expect(given.lrs).toHaveLength(given.n);
    expect(worst(given.lrs, schedule.lr)).toBeLessThan(1e-10);
    expect(worst(given.momentums, schedule.momentum)).toBeLessThan(1e-10);
  });
});

describe("finderLr", () => {
  it.each(golden.finder)("rises exponentially over $steps steps", ({ start, end, steps, lrs }) => {
    expect(lrs).toHaveLength(steps);
    expect(worst(lrs, (step) => finderLr(step, start, end, steps))).toBeLessThan(1e-10);
  });
});
