import { describe, expect, it } from "vitest";
import { allocateSteps, putSteps } from "../../protocol/steps";
import { lossDomain, thinSteps } from "./thin";

function run(losses: number[]) {
  const records = losses.map((loss, step) => ({ step, epoch: 0, loss, lr: step * 1e-4, momentum: 0.9 }));
  return putSteps(allocateSteps(0), records);
}

describe("thinSteps", () => {
  it("keeps every step of a short run, with its LR", () => {
    const points = thinSteps(run([0.7, 0.6, 0.65]), 3, 100);
    expect(points.map(({ step, loss, lr }) => [step, loss, lr])).toEqual([
      [0, 0.7, 0],
      [1, 0.6, 1e-4],
      [2, 0.65, 2e-4],
    ]);
  });

  it("smooths as fastai does: bias-corrected, beta 0.98", () => {
    const [first, second] = thinSteps(run([1, 0]), 2, 10);
    expect(first?.smoothed).toBeCloseTo(1, 12);
    expect(second?.smoothed).toBeCloseTo((0.98 * 0.02) / (1 - 0.98 ** 2), 12);
  });

  it("never loses a spike, however long the run", () => {
    const losses = Array.from({ length: 100_000 }, (_, step) => 0.5 + 0.1 * Math.sin(step));
    losses[71_234] = 9;
    losses[13_777] = 0.01;
    const points = thinSteps(run(losses), losses.length, 400);
    expect(points.length).toBeLessThanOrEqual(2 * 400 + 1);
    expect(points.find(({ step }) => step === 71_234)?.loss).toBe(9);
    expect(points.find(({ step }) => step === 13_777)?.loss).toBe(0.01);
    expect(points.at(-1)?.step).toBe(99_999);
  });

  it("is in the order of the steps", () => {
    const points = thinSteps(run(Array.from({ length: 5000 }, (_, step) => Math.cos(step * 7))), 5000, 100);
    for (const [index, { step }] of points.entries()) expect(step).toBeGreaterThan(points[index - 1]?.step ?? -1);
  });

  it("does not move earlier points as the run grows within the same bucket size", () => {
    const losses = Array.from({ length: 800 }, (_, step) => Math.sin(step * 3));
    const before = thinSteps(run(losses), 700, 100);
    const after = thinSteps(run(losses), 800, 100);
    expect(after.slice(0, 100)).toEqual(before.slice(0, 100));
  });

  it("reads no further than it is told, and passes over what is not finite", () => {
    const points = thinSteps(run([0.7, Number.NaN, 0.6, 99]), 3, 100);
    expect(points.map(({ step }) => step)).toEqual([0, 2]);
    expect(points.every(({ smoothed }) => Number.isFinite(smoothed))).toBe(true);
    expect(thinSteps(run([]), 0, 100)).toEqual([]);
  });
});

describe("lossDomain", () => {
  it("lets one spike out of the chart, but not the validation losses", () => {
    const points = thinSteps(run(Array.from({ length: 500 }, (_, step) => (step === 250 ? 80 : 0.5))), 500, 600);
    const [, high] = lossDomain(points, []);
    expect(high).toBeLessThan(4);
    expect(lossDomain(points, [{ validLoss: 5 }])[1]).toBeGreaterThan(5);
    expect(lossDomain([], [])).toEqual([0, 1]);
  });

  it("takes the points of hundreds of trials, as where those are compared", () => {
    const many = Array.from({ length: 300_000 }, (_, step) => ({ step, loss: 0.5, smoothed: 0.5, lr: 0 }));
    expect(lossDomain(many, [{ validLoss: 0.6 }])[1]).toBeCloseTo(0.606, 9);
  });

  it("lets a single validation loss out that would flatten the training curve", () => {
    const points = thinSteps(run([0.9, 0.8, 0.7, 0.6, 0.5]), 5, 600);
    const validated = [9, 0.8, 0.7].map((validLoss) => ({ validLoss }));
    expect(lossDomain(points, validated)[1]).toBeLessThan(1.5);
    expect(lossDomain(points, validated.slice(0, 1))[1]).toBeGreaterThan(9);
  });
});
