import { expect, it } from "vitest";
import { type CheckedPart, findWorse, judge, standingOf } from "./gpuCheck";

const part = (name: string, change: Partial<CheckedPart> = {}): CheckedPart => ({
  name,
  kind: "kernel",
  checks: 2,
  worst: { error: 1e-7, allowed: 1e-5 },
  failures: [],
  ...change,
});
const wrong = { failures: [{ check: "forward", message: "1 should be 2" }] };

it("passes in a sentence with the number of checks and the error that is nearest to what it may be", () => {
  const near = part("optimizer", { worst: { error: 4e-5, allowed: 1e-3 } });
  const nearer = part("films", { worst: { error: 1e-6, allowed: 1e-5 } });
  const { passed, checks, worst, verdict } = judge([near, nearer, part("kernel", { worst: null })], "whole");
  expect({ passed, checks, worst }).toEqual({ passed: true, checks: 6, worst: nearer.worst });
  expect(verdict).toBe("This graphics card computes what the lab expects: 6 checks, the worst error 10 % of what it may be.");
  expect(judge([near], "quick").verdict).toContain("2 checks (a quick selection)");
});

it("names what is wrong and the ways out; the plain model only where it was found right", () => {
  const plain = part("the plain model", { kind: "step" });
  const found = judge([part("head", wrong), part("films"), plain], "whole");
  expect(found).toMatchObject({ passed: false, failed: ["head"] });
  expect(found.verdict).toContain("fails the check of head:");
  expect(found.verdict).toContain("Update its driver");
  expect(found.verdict).toContain("the plain model computes rightly");
  expect(judge([part("head", wrong), { ...plain, ...wrong }], "whole").verdict).not.toContain("rightly");
});

it("takes an error that is no number for the worst", () => {
  const none = { error: Number.NaN, allowed: 1e-5 };
  const huge = { error: 1e9, allowed: 1e-5 };
  expect([findWorse(huge, none), findWorse(none, huge), findWorse(null, none)]).toEqual([none, none, none]);
});

const HALVES = { feature: "shader-f16" } as const;
const SUBGROUPS = { feature: "subgroups" } as const;

it("does not hold against a card what a feature of it computes wrongly, and says that it stays off", () => {
  const parts = [part("head"), part("convolve1x1.shader-f16", { ...HALVES, ...wrong }), part("sums", SUBGROUPS)];
  const found = judge(parts, "whole");
  expect(found).toMatchObject({ passed: true, checks: 2, failed: [], features: { "shader-f16": false, subgroups: true } });
  expect(found.verdict).toMatch(
    /^This graphics card computes what the lab expects: 2 checks,.*\. Half precision .* stays off\.$/,
  );
  expect(judge([part("head"), part("sums", { ...SUBGROUPS, ...wrong })], "whole").verdict).toContain("Subgroups compute wrongly");
});

it("offers a feature only where the card has it and all of its parts passed", () => {
  const card = { features: ["shader-f16", "subgroups"] };
  const right = judge([part("head"), part("a", HALVES), part("b", HALVES)], "quick");
  expect(standingOf("shader-f16", card, right)).toBe("offered");
  expect(standingOf("subgroups", card, right), "of which nothing was checked").toBe("unchecked");
  expect(standingOf("shader-f16", card, judge([part("a", HALVES), part("b", { ...HALVES, ...wrong })], "whole"))).toBe("failed");
  expect(standingOf("shader-f16", { features: [] }, right), "another card's check").toBe("missing");
  expect(standingOf("shader-f16", card, null)).toBe("unchecked");
  expect(standingOf("shader-f16", card, {}), "a check of before there were features").toBe("unchecked");
});
