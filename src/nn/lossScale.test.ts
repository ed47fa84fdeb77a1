// By hand, as torch.amp.GradScaler moves.
import { describe, expect, it } from "vitest";
import type { LossScale } from "../protocol/lossScale";
import { FIRST_LOSS_SCALE, moveLossScale } from "./lossScale";

/** After so many steps whose gradients were all finite, or were not. */
function moveOften(from: LossScale, finite: boolean, steps: number): LossScale {
  let now = from;
  for (let step = 0; step < steps; step++) now = moveLossScale(now, finite);
  return now;
}

describe("moveLossScale", () => {
  it("doubles after two thousand steps of finite gradients, and only then", () => {
    expect(moveOften(FIRST_LOSS_SCALE, true, 1999)).toEqual({ scale: 65_536, goodSteps: 1999, refusedSteps: 0 });
    expect(moveOften(FIRST_LOSS_SCALE, true, 2000)).toEqual({ scale: 131_072, goodSteps: 0, refusedSteps: 0 });
  });
  it("halves where they are not, and counts anew", () => {
    expect(moveLossScale({ scale: 8, goodSteps: 1999, refusedSteps: 3 }, false)).toEqual({
      scale: 4,
      goodSteps: 0,
      refusedSteps: 4,
    });
  });
  it("does not fall below one", () => {
    expect(moveOften(FIRST_LOSS_SCALE, false, 16)).toEqual({ scale: 1, goodSteps: 0, refusedSteps: 16 });
    expect(moveOften(FIRST_LOSS_SCALE, false, 17)).toEqual({ scale: 1, goodSteps: 0, refusedSteps: 17 });
  });
});
