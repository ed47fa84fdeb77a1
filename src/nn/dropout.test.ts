import { expect, it } from "vitest";
import { DROPOUT, drawMask } from "./dropout";
import { createRandom } from "./random";

it.each(Object.values(DROPOUT))("drops a share of %f and keeps the mean", (probability) => {
  const mask = drawMask(40_000, probability, createRandom(1, "dropout"));
  expect(new Set(mask)).toEqual(new Set([0, Math.fround(1 / (1 - probability))]));
  const dropped = mask.filter((factor) => factor === 0).length / mask.length;
  // Five deviations of a binomial share.
  expect(Math.abs(dropped - probability)).toBeLessThan(5 * Math.sqrt((probability * (1 - probability)) / mask.length));
});

it("drops nothing without a generator, and by a generator what its keys say", () => {
  expect(new Set(drawMask(100, 0.5, undefined))).toEqual(new Set([1]));
  const draw = (step: number) => drawMask(100, 0.5, createRandom(1, "dropout", 0, step));
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});
