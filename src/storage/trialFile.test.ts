import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { isTrialFile, readTrialFile } from "./trialFile";

const PART = { films: 20, positives: 10, negatives: 10, patients: 20 };
const CONTENTS = { fingerprint: "ab", gradings: { bytes: 40 }, repeatedAcross: 0, setsAsideRepeated: true, repeatedWithin: 0 };

/** As a present version writes it, of what an earlier one knew; the fields that came later are added where they are looked at. */
const FILE = {
  formatVersion: 1,
  trial: "trial-7",
  parent: null,
  createdAt: "2019-05-01T00:00:00.000Z",
  state: "finished",
  failure: null,
  settings: { target: "Edema", positive: ["1"], arch: "densenet-mini", imageSize: 32, maxLr: 0.01 },
  dataset: { name: "NIH", format: "nih", rows: 50, films: 50, csvPath: "train.csv", csvSha256: "0a" },
  sample: {
    kept: 40,
    setAside: 2,
    positives: 20,
    negatives: 20,
    before: PART,
    after: PART,
    train: PART,
    valid: PART,
    epochFilms: 20,
  },
  adapter: null,
  versions: { lab: "0.1.0" },
  stepsDone: 2,
  stepsTotal: 2,
  seconds: 3,
  finder: null,
  epochs: [{ epoch: 0, trainLoss: 0.7, validLoss: null, accuracy: 0.5, auroc: null, seconds: 1 }],
  steps: [
    { step: 0, epoch: 0, loss: 0.1 + 0.2, lr: 1e-3, momentum: 0.95 },
    { step: 1, epoch: 0, loss: 0.6, lr: 1e-3, momentum: 0.95 },
  ],
};
const read = (change: object = {}) => readTrialFile(JSON.stringify({ ...FILE, ...change }), "trial-7.json");

it("reads an earlier version's trial with the settings that it was trained with, which then were no choice", () => {
  const { settings, sample, beginning, course, unknown } = read();
  expect(settings).toEqual({ ...DEFAULT_SETTINGS, ...FILE.settings, engine: "stock" });
  expect(sample.targets).toMatchObject([{ target: "Edema", positiveWeight: 1, train: { positives: 10 } }]);
  expect({ beginning, unknown }).toEqual({ beginning: null, unknown: [] });
  expect(course.losses).toEqual(Float64Array.of(0.1 + 0.2, 0.6));
  expect(course.epochs).toEqual(FILE.epochs);
});

it("does not take weights that an earlier version kept the name of for fresh ones", () => {
  expect(read({ parent: "trial-3" }).beginning).toMatchObject({ name: "trial-3", sha256: "" });
});

it("names what a later version added, and takes none of it over", () => {
  const { unknown, settings } = read({ colour: 1, settings: { ...FILE.settings, foo: 2 }, dataset: { ...FILE.dataset, bar: 3 } });
  expect(unknown).toEqual(["colour", "settings.foo", "dataset.bar"]);
  expect(settings).not.toHaveProperty("foo");
});

it.each<[what: string, text: string, message: RegExp]>([
  ["cut off", JSON.stringify(FILE).slice(0, 300), /^“trial-7\.json” cannot be run again: it is damaged or was cut off/],
  ["no trial", "[1]", /it is no file of a trial/],
  ["a recipe", '{"kind": "roentgen-lab recipe"}', /it is no file of a trial/],
  [
    "of a later format",
    JSON.stringify({ ...FILE, formatVersion: 2 }),
    /its format is 2, .* reads 1\. Run it again in the version/,
  ],
])("refuses a file that is %s, in a sentence", (_, text, message) => {
  expect(() => readTrialFile(text, "trial-7.json")).toThrow(message);
});

it.each<[field: string, change: object]>([
  ["trial", { trial: 7 }],
  ["settings", { settings: null }],
  ["dataset", { dataset: { ...FILE.dataset, rows: "50" } }],
  ["dataset", { dataset: { ...FILE.dataset, contents: { ...CONTENTS, fingerprint: 1 } } }],
  ["sample", { sample: { ...FILE.sample, valid: { films: 3 } } }],
  ["adapter", { adapter: { name: "SwiftShader" } }],
  ["versions", { versions: ["0.1.0"] }],
  ["beginning", { beginning: { name: "trial-6" } }],
  ["state", { state: "asleep" }],
  ["epochs", { epochs: [{ ...FILE.epochs[0], epoch: 1 }] }],
  ["steps", { steps: FILE.steps.slice(1) }],
  ["steps", { steps: [{ ...FILE.steps[0], loss: "0.3" }] }],
])("refuses a file whose “%s” is not as the lab writes it, and names it", (field, change) => {
  expect(() => read(change)).toThrow(`its “${field}” is missing or not as the lab writes it`);
});

it.each([
  ["maxLr", -1],
  ["balance", "both"],
  ["betas", [0.9]],
  ["moreTargets", [{ target: "Edema" }]],
])("refuses a setting “%s” that none can have", (field, value) => {
  const said = `it gives “${field}” as ${JSON.stringify(value)}, which it cannot be`;
  expect(() => read({ settings: { ...FILE.settings, [field]: value } })).toThrow(said);
});

it("tells a trial's file from a recipe by its beginning, whole or cut off", async () => {
  const isOne = (text: string) => isTrialFile(new Blob([text]));
  expect(await isOne(`{\n"formatVersion": 1,\n"tri`)).toBe(true);
  expect(await isOne('{\n  "kind": "roentgen-lab recipe",\n  "version": 1')).toBe(false);
});
