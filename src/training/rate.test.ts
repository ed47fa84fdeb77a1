import { expect, it } from "vitest";
import { Rate } from "./rate";

it("leaves the first step out, which compiles", () => {
  const rate = new Rate(8, 16);
  rate.addStep(60_000);
  expect([rate.filmsPerSecond, rate.secondsLeft(10, 1)]).toEqual([0, 0]);
  rate.addStep(500);
  expect(rate.filmsPerSecond).toBe(16);
});

it("counts validations in what is left: a third of a step's time a batch until one was measured", () => {
  const rate = new Rate(8, 24);
  rate.addStep(1);
  rate.addStep(1000);
  expect(rate.secondsLeft(10, 2)).toBeCloseTo(10 + 2 * 1, 12);
  rate.addValidation(5000);
  expect(rate.secondsLeft(10, 2)).toBeCloseTo(10 + 2 * 5, 12);
});

it("follows the last thirty steps", () => {
  const rate = new Rate(1, 0);
  for (let step = 0; step < 50; step++) rate.addStep(1000);
  for (let step = 0; step < 30; step++) rate.addStep(100);
  expect(rate.filmsPerSecond).toBeCloseTo(10, 12);
});
