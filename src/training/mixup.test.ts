import { describe, expect, it } from "vitest";
import { type Batch, UNKNOWN } from "../nn/engine";
import { createRandom } from "../nn/random";
import { blendBatch, drawBeta } from "./mixup";

describe("shares from Beta(alpha, alpha)", () => {
  const DRAWS = 20_000;
  it.each([0.001, 0.2, 0.4, 1, 3])("of alpha %f: mean 1/2, variance 1 / (4 (2 alpha + 1))", (alpha) => {
    const random = createRandom(1, "mixup");
    const shares = Array.from({ length: DRAWS }, () => drawBeta(alpha, random));
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    const mean = shares.reduce((sum, share) => sum + share / DRAWS, 0);
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2 / DRAWS, 0);
    expect(mean).toBeCloseTo(1 / 2, 1.7);
    expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
  });
});

describe("a blended batch", () => {
  const COUNT = 6;
  const batch: Batch = {
    count: COUNT,
    images: { kind: "films", data: new Uint8Array(COUNT), size: 1 },
    targets: Float32Array.from([0, 1, 1, 0, UNKNOWN, 1, 1, UNKNOWN, 0, 0, 1, 1]),
  };

  it("keeps the larger part of each film, has each once as a partner, and blends labels alike", () => {
    const { targets, blend } = blendBatch(batch, 0.4, createRandom(1, "mixup", 0, 0));
    const { partners, shares } = blend!;
    expect(Array.from(partners).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(shares.every((share) => share >= 0.5 && share <= 1)).toBe(true);
    expect(new Set(shares).size).toBe(COUNT);
    targets.forEach((target, at) => {
      const [film, k] = [Math.floor(at / 2), at % 2];
      const [own, other] = [batch.targets[at]!, batch.targets[partners[film]! * 2 + k]!];
      if (own < 0 || other < 0) expect(target).toBe(UNKNOWN);
      else expect(target).toBeCloseTo(shares[film]! * own + (1 - shares[film]!) * other, 6);
    });
    expect(targets.filter((target) => target < 0).length).toBeGreaterThanOrEqual(2);
  });

  it("is drawn by its generator alone", () => {
    const draw = (index: number) => blendBatch(batch, 0.4, createRandom(1, "mixup", 0, index)).blend;
    expect(draw(0)).toEqual(draw(0));
    expect(draw(1)).not.toEqual(draw(0));
  });
});
