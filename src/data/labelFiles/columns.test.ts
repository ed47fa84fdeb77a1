import { expect, test } from "vitest";
import { ColumnBuilder, canonicalValue, columnKey, columnOf, deriveColumn, selectRows } from "./columns";
import { cellsOf } from "./testSupport";

test.each([
  ["1.0", "1"],
  [" 0.0 ", "0"],
  ["-1.0", "-1"],
  ["-0.0", "0"],
  ["+1", "1"],
  ["1.", "1"],
  ["1,0", "1"],
  ["1,000", "1,000"],
  ["1.50", "1.50"],
  ["007", "007"],
  ["100", "100"],
  ["AP", "AP"],
  ["-", "-"],
  ["2020-01-02", "2020-01-02"],
])("%j is the value %j", (cell, value) => {
  expect(canonicalValue(cell)).toBe(value);
  expect(canonicalValue(value)).toBe(value);
});

test("headers are compared without regard to case, underscores and spaces", () => {
  expect(columnKey(" No_Finding ")).toBe(columnKey("no  finding"));
});

test("spellings of one value share a code, and the blank is code 0", () => {
  const column = columnOf("x", ["1.0", "", "1", " 1 ", "0"]);
  expect(column.values).toEqual(["", "1", "0"]);
  expect([...column.codes]).toEqual([1, 0, 1, 1, 2]);
});

test("codes are as wide as the values need", () => {
  const wide = columnOf(
    "x",
    Array.from({ length: 70_000 }, (_, i) => `film ${i}`),
  );
  expect(wide.codes).toBeInstanceOf(Uint32Array);
  expect(cellsOf(wide)?.[69_999]).toBe("film 69999");
  expect(columnOf("x", ["a", "b"]).codes).toBeInstanceOf(Uint8Array);
});

test("a column with more values than are of use is given up", () => {
  const builder = new ColumnBuilder("x", 3);
  for (const [row, cell] of ["a", "b", "a", "c", "d"].entries()) builder.set(row, cell);
  expect(builder.build(5)).toBeNull();
});

test("a derived column merges what the map makes the same", () => {
  const column = columnOf("view", ["AP", "PA", "", "L", "AP"]);
  const derived = deriveColumn(column, "frontal", (value) => (value === "" ? null : value === "L" ? "no" : "yes"));
  expect(derived.values).toEqual(["", "yes", "no"]);
  expect(cellsOf(derived)).toEqual(["yes", "yes", "", "no", "yes"]);
  expect(cellsOf(selectRows(derived, Uint32Array.of(3, 3, 0)))).toEqual(["no", "no", "yes"]);
});
