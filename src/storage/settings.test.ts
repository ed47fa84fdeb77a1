import { expect, it } from "vitest";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import { createSettingsStore } from "./settings";
import { createTestKeyValue } from "./testKeyValue";

function createKept(stored?: unknown) {
  const values = createTestKeyValue<unknown>();
  if (stored !== undefined) values.map.set("page", stored);
  return { values, settings: createSettingsStore(values) };
}

const OTHERS: TrialSettings = {
  target: "AP/PA",
  positive: ["AP", "PA"],
  uncertain: "one",
  blank: "ignore",
  moreTargets: [{ target: "Edema", positive: ["1"], uncertain: "zero", blank: "negative" }],
  frontalOnly: true,
  validation: "own",
  stratify: true,
  doubtful: ["a/b.jpg"],
  balance: "weight",
  freshEachEpoch: true,
  imageSize: 320,
  fit: "letterbox",
  cropBorders: true,
  equalise: true,
  grading: "percentiles",
  epochs: 12,
  seed: 7,
  arch: "densenet161",
  head: "fastai",
  normalisation: "xrv",
  batchSize: 4,
  schedule: "plateau",
  maxLr: 7.4e-2,
  flatPct: 0.5,
  flatFinalDiv: 10,
  plateauPatience: 3,
  plateauFactor: 0.1,
  sliceFrom: 1e-5,
  freezeEpochs: 2,
  rotate: 5,
  zoom: 1.2,
  shift: 0.05,
  lighting: 0.1,
  contrast: 0.3,
  warp: 0.05,
  flip: true,
  augmentP: 0.5,
  mixup: 0.4,
  loss: "focal",
  focalGamma: 1,
  focalAlpha: -1,
  labelSmoothing: 0.1,
  weightDecay: 0,
  normDecay: false,
  clipNorm: 1,
  averageDecay: 0.99,
  keepBest: "accuracy",
  earlyStop: 4,
  averageLast: 5,
  betas: [0, 0.999],
  eps: 1e-5,
  divFactor: 10,
  pctStart: 0.25,
  finalDiv: 1e4,
  moms: [0.9, 0.8],
  checkpointEverySteps: 50,
  engine: "stock",
  activations: "f16",
  arithmetic: "f16",
  subgroups: true,
  filmsPerPass: 4,
  gpuBudgetMiB: 512,
};

it("reads every setting as it was written, and the defaults where nothing was", async () => {
  const { settings } = createKept();
  expect(await settings.read()).toEqual(DEFAULT_SETTINGS);
  await settings.write(OTHERS);
  expect(await settings.read()).toEqual(OTHERS);
});

it("keeps only what differs from the defaults, so that a default that changes reaches those who left it", async () => {
  const { values, settings } = createKept();
  await settings.write({ ...DEFAULT_SETTINGS, imageSize: 128, betas: [...DEFAULT_SETTINGS.betas] });
  expect(values.map.get("page")).toEqual({ imageSize: 128 });
});

it.each<[string, object]>([
  ["of another type", { target: 1, positive: "1", uncertain: null, frontalOnly: "yes", validation: "most", imageSize: "64" }],
  [
    "out of range",
    { validation: 1, imageSize: 0, epochs: 1.5, seed: -1, maxLr: 0, weightDecay: -1, betas: [0.9, 1], pctStart: 2 },
  ],
  ["no number", { epochs: Number.NaN, maxLr: Number.POSITIVE_INFINITY, moms: [0.9], eps: Number.NaN }],
  ["no list of targets", { moreTargets: [{ target: "Edema", positive: ["1"], uncertain: "maybe", blank: "negative" }] }],
  ["a list that holds no target", { moreTargets: [null] }],
  ["no word of ours", { balance: "toString", blank: "positive", arch: "resnet18", engine: "abacus" }],
  ["unknown", { colour: "green", constructor: 1 }],
])("gives a field that is %s its default, and keeps those beside it", async (_, malformed) => {
  const { settings } = createKept({ batchSize: 4, ...malformed });
  expect(await settings.read()).toEqual({ ...DEFAULT_SETTINGS, batchSize: 4 });
});

it.each([null, "settings", 3, [1, 2]])("gives the defaults where %o is kept", async (stored) => {
  expect(await createKept(stored).settings.read()).toEqual(DEFAULT_SETTINGS);
});
