import { expect, it } from "vitest";
import { logOdds, sigmoid } from "./logistic";

it("does not overflow", () => {
  expect([sigmoid(-1000), sigmoid(0), sigmoid(1000)]).toEqual([0, 0.5, 1]);
});

it("goes there and back, to the ends", () => {
  for (const logit of [-30, -1, 0, 1e-9, 2, 20]) expect(logOdds(sigmoid(logit))).toBeCloseTo(logit, 6);
  expect([logOdds(0), logOdds(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
