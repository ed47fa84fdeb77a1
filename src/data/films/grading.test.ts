import { expect, test } from "vitest";
import { gradeByPercentiles, gradeToBytes } from "./grading";

test("percentiles leave out the extremes of a marker and of the border", () => {
  const data = Uint16Array.from({ length: 1000 }, (_, at) => 2000 + at);
  data.fill(60_000, 0, 4);
  data.fill(0, 996);
  expect(gradeByPercentiles(data)).toMatchObject({ kind: "linear", from: "percentiles", low: 2004, high: 2994 });
});

test("padding takes no part in percentiles", () => {
  const data = Int16Array.from({ length: 1000 }, (_, at) => (at < 900 ? -2000 : at));
  expect(gradeByPercentiles(data, false, (at) => at >= 900)).toMatchObject({ low: 900, high: 999 });
});

test("a film of one value is black, not a division by zero", () => {
  const flat = new Uint16Array(10).fill(700);
  expect([...gradeToBytes(Float32Array.from(flat), gradeByPercentiles(flat))]).toEqual(new Array(10).fill(0));
});

test("bounds hold, and MONOCHROME1 turns round what lies between", () => {
  const samples = Float32Array.of(-5, 0, 25, 100, 400);
  const grading = { kind: "linear", from: "window", low: 0, high: 100 } as const;
  expect([...gradeToBytes(samples, { ...grading, invert: false })]).toEqual([0, 0, 64, 255, 255]);
  expect([...gradeToBytes(samples, { ...grading, invert: true })]).toEqual([255, 255, 191, 0, 0]);
});
