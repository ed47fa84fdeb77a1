import { expect, it } from "vitest";
import { nameSetting } from "../../../protocol/settingNames";
import { DEFAULT_SETTINGS, type TrialSettings } from "../../../protocol/settings";
import type { Trial } from "../../../protocol/training";
import { listDifferences } from "./differences";

const part = { films: 20, positives: 10, negatives: 10, patients: 20 };

function trialOf(change: Partial<TrialSettings> = {}, fields: object = {}): Trial {
  return {
    id: 1,
    parent: null,
    settings: { ...DEFAULT_SETTINGS, ...change },
    dataset: { name: "films", csvPath: "a.csv", csvSha256: "0123456789abcdef", rows: 24 },
    sample: { train: part, valid: part, epochFilms: 20, setAside: 0 },
    adapter: { name: "card" },
    versions: { lab: "1" },
    ...fields,
  } as unknown as Trial;
}

it("lists what differs in the page's words, and nothing that is equal or came of it", () => {
  const trials = [
    trialOf(),
    trialOf(
      { maxLr: 0.02, arch: "densenet-mini", validation: "own", flip: true, pctStart: 0.5 },
      { id: 2, seconds: 9, epochs: [] },
    ),
  ];
  expect(listDifferences(trials)).toEqual([
    { name: "Validation share", values: ["10\u00a0%", "the dataset's own"] },
    { name: "Architecture", values: ["DenseNet121", "DenseNet mini"] },
    { name: "Max LR", values: ["1e-3", "2e-2"] },
    { name: "One-cycle: share that rises", values: ["0.3", "0.5"] },
    { name: "Flip left to right", values: ["no", "yes"] },
  ]);
  expect(listDifferences([trialOf(), trialOf()])).toEqual([]);
});

it("tells settings apart that are written as lists, and rates by all their digits", () => {
  const further = (blank: "negative" | "ignore") => [{ target: "Edema", positive: ["1"], uncertain: "one" as const, blank }];
  const differences = listDifferences([
    trialOf({ moreTargets: further("negative"), betas: [0.9, 0.99], maxLr: 0.0012345 }),
    trialOf({ moreTargets: further("ignore"), betas: [0.9, 0.999], maxLr: 0.0012346 }),
    trialOf({ doubtful: ["a", "b"] }),
  ]);
  expect(differences).toEqual([
    {
      name: "Further targets",
      values: ["Edema (positive 1; uncertain one; blank negative)", "Edema (positive 1; uncertain one; blank ignore)", "none"],
    },
    { name: "Doubtful films left out", values: ["none", "none", "2 films"] },
    { name: "Max LR", values: ["0.0012345", "0.0012346", "1e-3"] },
    { name: "AdamW's betas", values: ["0.9, 0.99", "0.9, 0.999", "0.9, 0.99"] },
  ]);
});

it("says on which data each was trained, from what it began and what computed it", () => {
  const other = trialOf(
    {},
    {
      parent: "trial-3",
      beginning: { which: "best", sha256: "aa" },
      dataset: { name: "others", csvPath: "", csvSha256: "ffffffffffff", rows: 1000 },
      sample: { train: { ...part, films: 1200 }, valid: part, epochFilms: 20, setAside: 0 },
      adapter: null,
      versions: { lab: "1", tfjs: "4" },
    },
  );
  expect(listDifferences([trialOf(), other])).toEqual([
    { name: "Began from", values: ["fresh weights", "trial-3, best"] },
    { name: "Dataset", values: ["films", "others"] },
    { name: "Labels", values: ["a.csv (01234567)", "folders (ffffffff)"] },
    { name: "Rows", values: ["24", "1,000"] },
    { name: "Training", values: ["20 films, 10 positive", "1,200 films, 10 positive"] },
    { name: "Graphics card", values: ["card", "not known"] },
    { name: "Version: tfjs", values: ["not known", "4"] },
  ]);
});

it("calls every setting by a name of its own", () => {
  const names = Object.keys(DEFAULT_SETTINGS).map((field) => nameSetting(field as keyof TrialSettings));
  expect(new Set(names).size).toBe(names.length);
});
