import { describe, expect, it } from "vitest";
import { extentOf, makeScale, nearest, tracePath } from "./scale";

describe("makeScale", () => {
  it("maps a domain to pixels and back", () => {
    const { at, invert } = makeScale({ from: 10, to: 20 }, 200);
    expect([at(10), at(15), at(20)]).toEqual([0, 100, 200]);
    expect(invert(50)).toBe(12.5);
  });

  it("grows upwards on a negative length: the start is at the bottom", () => {
    const { at, invert } = makeScale({ from: 0, to: 1 }, -80);
    expect([at(0), at(0.25), at(1)]).toEqual([80, 60, 0]);
    expect(invert(20)).toBe(0.75);
  });

  it("gives each power of ten the same room on a log axis", () => {
    const { at, invert } = makeScale({ from: 1e-6, to: 1e-2, log: true }, 400);
    expect([1e-6, 1e-5, 1e-4, 1e-2].map((lr) => Math.round(at(lr)))).toEqual([0, 100, 200, 400]);
    expect(invert(300)).toBeCloseTo(1e-3, 12);
  });

  it("puts a domain of no width at its start, not nowhere", () => {
    expect(makeScale({ from: 3, to: 3 }, 100).at(3)).toBe(0);
  });
});

it("spans more values than a call has room for", () => {
  expect(extentOf(Array.from({ length: 300_000 }, (_, at) => at - 5))).toEqual([-5, 299_994]);
  expect(extentOf([])).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});

it("traces a path through finite points only", () => {
  const points = [
    [0, 1],
    [1.26, Number.NaN],
    [2.04, 3.25],
  ] as const;
  expect(tracePath(points)).toBe("M0 1L2 3.3");
  expect(tracePath([])).toBe("");
});

it("finds the nearest item, the first of several as near", () => {
  expect(nearest([1, 5, 5.5, 9], (item) => item * 10, 52)).toBe(5);
  expect(nearest([4, 6], (item) => item, 5)).toBe(4);
  expect(nearest([], () => 0, 5)).toBeUndefined();
});
