import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../protocol/training";
import { StepHistory } from "../history";
import { FiniteGuard } from "./finiteGuard";

const step = (n: number, lr = 0.5): StepRecord => ({ step: n, epoch: 0, loss: 1, lr, momentum: 0.9 });

describe("FiniteGuard", () => {
  it("proposes a tenth of the highest rate that the run came to, not of one it never reached", () => {
    const history = new StepHistory();
    history.push(step(0, 0.02));
    history.push(step(1, 0.04));
    const guard = new FiniteGuard(1, history);
    expect(() => guard.onLoss({ ...step(2), loss: Number.POSITIVE_INFINITY })).toThrow(/Infinity at step 2 .* such as 4e-3\./);
    expect(() => new FiniteGuard(1, new StepHistory()).onLoss({ ...step(0), loss: Number.NaN })).toThrow(/such as 1e-1\./);
    expect(() => guard.onLoss(step(2))).not.toThrow();
  });

  it("names the array that overflowed", () => {
    const guard = new FiniteGuard(1, new StepHistory());
    const array = (value: number) => new Map([["classifier.weight", { shape: [1], data: Float32Array.of(value) }]]);
    expect(() => guard.checkState({ step: 5, model: array(Number.NaN), optimizer: new Map() })).toThrow(
      /classifier\.weight .* 5 steps/,
    );
    expect(() => guard.checkState({ step: 5, model: array(1), optimizer: array(2) })).not.toThrow();
  });
});
