import { expect, it } from "vitest";
import type { DatasetSummary } from "../protocol/dataset";
import { DEFAULT_SETTINGS, sampleSettingsOf } from "../protocol/settings";
import { describeDifference, readRecipe, writeRecipe } from "./recipes";

const DATASET = {
  name: "films",
  fingerprint: "0123456789abcdef",
  format: "chexpert",
  mapping: null,
  labelFiles: [{ path: "train.csv", sha256: "aa", encoding: "utf-8" }],
  rows: 3,
  films: 3,
} as unknown as DatasetSummary;
const ROWS = { csv: "path,part\na,train\nb,valid\n", films: 2, sha256: "bb" };

it("reads back what it wrote, without what is training's own", () => {
  const settings = { ...DEFAULT_SETTINGS, target: "Edema", seed: 7, equalise: true };
  const text = JSON.stringify(writeRecipe(DATASET, settings, ROWS));
  const recipe = readRecipe(text, "recipe.json");
  expect(recipe.settings).toEqual(sampleSettingsOf(settings));
  expect(recipe.settings).not.toHaveProperty("maxLr");
  expect(recipe.sample).toEqual({ films: 2, sha256: "bb" });
  expect(describeDifference(recipe, DATASET)).toBeNull();
});

it("reads back a test set, and what a dataset holds out itself", () => {
  for (const validation of ["all", "own"] as const) {
    const recipe = writeRecipe(DATASET, { ...DEFAULT_SETTINGS, validation }, ROWS);
    expect(readRecipe(JSON.stringify(recipe), "x.json").settings.validation).toBe(validation);
  }
});

it("reads recipes of before the split could be stratified, or films be doubtful, as they were", () => {
  const recipe = writeRecipe(DATASET, DEFAULT_SETTINGS, ROWS);
  const { stratify: _, doubtful: __, ...before } = recipe.settings;
  const { settings } = readRecipe(JSON.stringify({ ...recipe, settings: before }), "x.json");
  expect(settings).toMatchObject({ stratify: false, doubtful: [] });
});

it.each([
  ["no JSON", "path,part", /no sampling recipe/],
  ["another JSON", '{"trial": 3}', /no sampling recipe/],
  ["null", "null", /no sampling recipe/],
  ["a later version", JSON.stringify({ ...writeRecipe(DATASET, DEFAULT_SETTINGS, ROWS), version: 9 }), /version 9/],
])("refuses %s in a sentence", (_, text, message) => {
  expect(() => readRecipe(text, "x.json")).toThrow(message);
});

it.each([
  [{ validation: 7 }, /“validation” as 7/],
  [{ imageSize: -3 }, /“imageSize” as -3/],
  [{ seed: "x" }, /“seed” as "x"/],
  [{ balance: undefined }, /nothing of “balance”/],
])("refuses the setting %o and names it", (change, message) => {
  const recipe = writeRecipe(DATASET, DEFAULT_SETTINGS, ROWS);
  const text = JSON.stringify({ ...recipe, settings: { ...recipe.settings, ...change } });
  expect(() => readRecipe(text, "x.json")).toThrow(message);
});

it("says what is another in the dataset", () => {
  const recipe = writeRecipe(DATASET, DEFAULT_SETTINGS, ROWS);
  const other = { ...DATASET, fingerprint: "f" };
  expect(describeDifference(recipe, { ...other, labelFiles: [] })).toContain("train.csv is another file");
  expect(describeDifference(recipe, { ...other, films: 2 })).toContain("with 3 films, and here are 2");
  expect(describeDifference(recipe, other)).toContain("fit otherwise");
});
