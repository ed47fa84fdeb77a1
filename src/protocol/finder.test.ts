import { expect, it } from "vitest";
import { nearestRate } from "./finder";

it("finds the nearest rate on the log axis", () => {
  const lrs = Array.from({ length: 100 }, (_, index) => 1e-7 * (10 / 1e-7) ** (index / 100));
  expect(nearestRate(lrs, 1e-7)).toBe(0);
  expect(nearestRate(lrs, 1e-3)).toBe(50);
  expect(nearestRate(lrs, 100)).toBe(99);
  expect(nearestRate([], 1e-3)).toBe(-1);
});
