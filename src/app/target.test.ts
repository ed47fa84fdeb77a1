import { expect, it } from "vitest";
import type { ColumnSummary } from "../protocol/dataset";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { chooseTarget } from "./target";

const column = (name: string, isLabel: boolean, ...values: string[]): ColumnSummary => ({
  name,
  isLabel,
  hasBlanks: isLabel,
  defaultPositive: isLabel ? ["1"] : [],
  values: values.map((value) => ({ value, written: value, rows: 1 })),
});
const CARDIOMEGALY = column("Cardiomegaly", true, "", "1", "0");
const VIEW = column("AP/PA", false, "", "AP", "PA");

it("keeps target and positive values where the next dataset has them", () => {
  const settings = { ...DEFAULT_SETTINGS, target: "AP/PA", positive: ["PA"] };
  expect(chooseTarget({ columns: [CARDIOMEGALY, VIEW], ownValidation: null }, settings)).toMatchObject({
    target: "AP/PA",
    positive: ["PA"],
  });
});

const FINDING = column("Edema", true, "1", "0");

it.each([
  [column("AP/PA", false, "frontal AP", "frontal PA"), { target: "AP/PA", positive: ["PA"] }, []],
  [column("Cardiomegaly", false, "yes", "no"), { target: "Cardiomegaly", positive: ["1"] }, []],
  [column("Cardiomegaly", true, "1", "0"), { target: "Cardiomegaly", positive: ["0"] }, ["1"]],
])("takes default positive values where %o has other values", (only, before, positive) => {
  expect(chooseTarget({ columns: [only, FINDING], ownValidation: null }, { ...DEFAULT_SETTINGS, ...before }).positive).toEqual(
    positive,
  );
});

it("falls back to Cardiomegaly, then to the first column with nothing called positive yet, and from a missing valid.csv to a share", () => {
  const settings = { ...DEFAULT_SETTINGS, target: "Edema", validation: "own" as const };
  expect(chooseTarget({ columns: [VIEW, CARDIOMEGALY], ownValidation: null }, settings)).toEqual({
    target: "Cardiomegaly",
    positive: ["1"],
    moreTargets: [],
    validation: 0.1,
  });
  expect(chooseTarget({ columns: [VIEW], ownValidation: null }, settings)).toMatchObject({ target: "AP/PA", positive: [] });
  expect(chooseTarget({ columns: [], ownValidation: null }, settings)).toEqual({});
});

it("keeps the further targets that the next dataset has, but not its main one twice", () => {
  const more = (target: string, positive = ["1"]) => ({ target, positive, uncertain: "zero", blank: "ignore" }) as const;
  const moreTargets = [more("Edema"), more("Cardiomegaly"), more("Fracture"), more("AP/PA", ["LL"])];
  const settings = { ...DEFAULT_SETTINGS, target: "Pneumonia", moreTargets };
  const chosen = chooseTarget({ columns: [CARDIOMEGALY, FINDING, VIEW], ownValidation: null }, settings);
  expect(chosen).toMatchObject({ target: "Cardiomegaly", moreTargets: [more("Edema")] });
});

it("takes for positive what the labels suggest where values count readers, not a finding's 1", () => {
  const readers = { ...column("Cardiomegaly", false, "0", "1", "2", "3"), defaultPositive: ["2", "3"] };
  expect(chooseTarget({ columns: [readers], ownValidation: null }, DEFAULT_SETTINGS).positive).toEqual(["2", "3"]);
  const chosen = { ...DEFAULT_SETTINGS, positive: ["3"] };
  expect(chooseTarget({ columns: [readers], ownValidation: null }, chosen).positive).toEqual(["3"]);
});
