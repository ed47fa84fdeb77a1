// That what stands in Vitest's place runs what Vitest would: its tables, titles, hooks and matchers.
import { describe, expect, it } from "vitest";
import * as harness from "./harness";

it("collects tests under their titles, with the rows of tables, and runs hooks around them", async () => {
  const ran: unknown[] = [];
  const file = await harness.collectTests(async () => {
    harness.beforeAll(() => ran.push("before"));
    harness.afterAll(() => ran.push("after"));
    harness.describe.each([{ size: 3 }, { size: 5 }])("of $size", ({ size }: { size: number }) => {
      harness.it.each([
        [1, "a"],
        [2, "b"],
      ])("%i and %s", async (count: number, name: string) => ran.push([size, count, name]));
    });
    harness.it("alone", () => ran.push("alone"));
  });
  expect(file.tests.map(({ title }) => title)).toEqual([
    "of 3 > 1 and a",
    "of 3 > 2 and b",
    "of 5 > 1 and a",
    "of 5 > 2 and b",
    "alone",
  ]);
  await file.open();
  for (const { run } of file.tests) await run();
  await file.close();
  expect(ran).toEqual(["before", [3, 1, "a"], [3, 2, "b"], [5, 1, "a"], [5, 2, "b"], "alone", "after"]);
});

const NAN = Number.NaN;
/** Each expectation with whether it holds, as Vitest's own `expect` has it. */
const CASES: [string, (of: typeof harness.expect) => unknown, boolean][] = [
  ["NaN is itself", (of) => of(NAN).toBe(NAN), true],
  ["0 is not -0", (of) => of(0).toBe(-0), false],
  ["NaN is less than nothing", (of) => of(NAN).toBeLessThan(1), false],
  ["NaN is greater than nothing", (of) => of(NAN).toBeGreaterThan(1), false],
  ["what equals its bound is not less", (of) => of(1).toBeLessThan(1), false],
  ["what equals its bound is it at most", (of) => of(1).toBeLessThanOrEqual(1), true],
  ["what equals its bound is it at least", (of) => of(1).toBeGreaterThanOrEqual(1), true],
  ["NaN is close to nothing", (of) => of(NAN).toBeCloseTo(0), false],
  ["close to two digits", (of) => of(0.004).toBeCloseTo(0), true],
  ["not close to two digits", (of) => of(0.006).toBeCloseTo(0), false],
  ["arrays of the same numbers", (of) => of(Float64Array.of(1, NAN)).toEqual(Float64Array.of(1, NAN)), true],
  ["arrays of other numbers", (of) => of([1, 2]).toEqual([1, 3]), false],
  ["arrays of other lengths", (of) => of([1, 2]).toEqual([1]), false],
  ["records within arrays", (of) => of([{ a: [undefined] }]).toEqual([{ a: [undefined] }]), true],
  ["records with a field that is undefined", (of) => of({ a: 1, b: undefined }).toEqual({ a: 1 }), true],
  ["-0 within an array", (of) => of([0]).toEqual([-0]), false],
  ["a number is no NaN", (of) => of(1).toBeNaN(), false],
  ["a length", (of) => of([1, 2]).toHaveLength(2), true],
  ["another length", (of) => of([1, 2]).toHaveLength(3), false],
  ["a refusal", (of) => of(Promise.reject(new Error("no buffer"))).rejects.toThrow("buffer"), true],
  ["a refusal for another reason", (of) => of(Promise.reject(new Error("no"))).rejects.toThrow("buffer"), false],
  ["no refusal", (of) => of(Promise.resolve(1)).rejects.toThrow("buffer"), false],
];

describe.each([
  ["the harness", harness.expect],
  ["Vitest", expect as unknown as typeof harness.expect],
])("%s", (_, of) => {
  it.each(CASES)("%s", async (_name, check, holds) => {
    const held = await Promise.resolve()
      .then(() => check(of))
      .then(
        () => true,
        () => false,
      );
    expect(held).toBe(holds);
  });
});
