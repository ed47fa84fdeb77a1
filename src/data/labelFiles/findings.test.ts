import { expect, test } from "vitest";
import { columnOf } from "./columns";
import { listTargets } from "./findings";
import { cellsOf } from "./testSupport";

const target = (...cells: string[]) => listTargets([columnOf("x", cells)], null)[0];

test.each([
  [
    ["1.0", "0.0", "-1.0", ""],
    ["1", "0", "-1", ""],
  ],
  [
    ["True", "false", "TRUE", "False"],
    ["1", "0", "1", "0"],
  ],
  [
    ["yes", "No", "", "nan"],
    ["1", "0", "", ""],
  ],
  [
    ["Positive", "negative", "uncertain", "N/A"],
    ["1", "0", "-1", ""],
  ],
  [
    ["present", "absent", "present", "1"],
    ["1", "0", "1", "1"],
  ],
  [
    ["ja", "Nein"],
    ["1", "0"],
  ],
  [
    ["Oui", "non"],
    ["1", "0"],
  ],
  [
    ["Sí", "si", "no"],
    ["1", "1", "0"],
  ],
  [
    ["sì", "no"],
    ["1", "0"],
  ],
  [
    ["Sim", "não", "nao"],
    ["1", "0", "0"],
  ],
])("%j are a finding's %j", (given, cells) => {
  const found = target(...given);
  expect(found).toMatchObject({ isFinding: true, defaultPositive: ["1"] });
  expect(cellsOf(found)).toEqual(cells);
});

test("what the file wrote is kept for display", () => {
  const found = target("Yes", "no", "", "YES");
  expect(found?.values.map((value, code) => [value, found.written[code], found.counts[code]])).toEqual([
    ["", "", 1],
    ["1", "Yes", 2],
    ["0", "no", 1],
  ]);
});

test("words and other names together are values to choose from, as written", () => {
  expect(target("yes", "no", "perhaps")).toMatchObject({
    isFinding: false,
    values: ["", "yes", "no", "perhaps"],
    defaultPositive: [],
  });
});

test("of two classes the one not called normal is suggested", () => {
  expect(target("NORMAL", "PNEUMONIA", "")?.defaultPositive).toEqual(["PNEUMONIA"]);
  expect(target("AP", "PA")?.defaultPositive).toEqual([]);
});

test("a finding that no film shows, one value and more than 50 are no targets", () => {
  expect(target("0", "0", "-1")).toBeUndefined();
  expect(target("AP", "AP", "")).toBeUndefined();
  expect(target(...Array.from({ length: 51 }, (_, i) => `class ${i}`))).toBeUndefined();
  expect(target(...Array.from({ length: 50 }, (_, i) => `class ${i}`))).toBeDefined();
});

test("findings come first, and counts are of the training part", () => {
  const columns = [columnOf("View", ["AP", "PA", "AP"]), columnOf("Edema", ["1", "0", "1"])];
  const targets = listTargets(columns, Uint8Array.of(0, 0, 1));
  expect(targets.map(({ name, counts }) => [name, ...counts])).toEqual([
    ["Edema", 0, 1, 1],
    ["View", 0, 1, 1],
  ]);
});
