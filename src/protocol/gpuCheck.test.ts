import { expect, it } from "vitest";
import { type CheckedPart, findWorse, judge } from "./gpuCheck";

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
