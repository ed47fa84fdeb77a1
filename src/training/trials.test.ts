import { expect, it } from "vitest";
import { NO_SUGGESTIONS } from "../protocol/finder";
import type { Beginning, NewTrial, Trial } from "../protocol/training";
import { createTestSample, TEST_SETTINGS } from "./testSample";
import { describeTrial, formatTrial } from "./trials";

const request: NewTrial = {
  settings: TEST_SETTINGS,
  sample: createTestSample(20, 4).sample,
  dataset: { name: "made", format: "chexpert", rows: 24, films: 24, csvPath: "train.csv", csvSha256: "ab" },
  finder: {
    lrs: [1e-7, 2e-7],
    losses: [0.7, Number.NaN],
    smoothed: [0.7, Number.NaN],
    suggestions: NO_SUGGESTIONS,
    runs: [],
    chosen: null,
    chosenAt: null,
  },
  weights: { kind: "fresh" },
};
const beginning: Beginning = { name: "trial-6", which: "best", imageSize: 32, sha256: "cd", replaced: null, notes: [] };
const trial: Trial = {
  ...describeTrial(request, beginning, 15, { lab: "0", tfjs: "1" }),
  id: 7,
  createdAt: "2019-05-01T00:00:00.000Z",
};

it("has every field that the trial is run again from, one step a line", () => {
  const steps = [
    { step: 0, epoch: 0, loss: 0.7, lr: 1e-3, momentum: 0.95 },
    { step: 1, epoch: 0, loss: 0.1 + 0.2, lr: 2e-3, momentum: 0.94 },
  ];
  const text = formatTrial(trial, steps);
  expect(text).toContain('{"step":1,"epoch":0,"loss":0.30000000000000004,"lr":0.002,"momentum":0.94}\n');
  const file = JSON.parse(text);
  expect(file).toMatchObject({
    trial: "trial-7",
    parent: "trial-6",
    beginning,
    settings: TEST_SETTINGS,
    stepsTotal: 15,
    epochs: [],
    steps,
  });
  expect(file.seeds.purposes, "all that was drawn").toEqual(expect.arrayContaining(["shuffle", "augment", "mixup", "dropout"]));
  expect(file.finder).toEqual({ ...request.finder, losses: [0.7, null], smoothed: [0.7, null], chosen: TEST_SETTINGS.maxLr });
  expect(file.sample).toMatchObject({ kept: 24, setAside: 0, positives: 12, negatives: 12, targets: [{ positiveWeight: 1 }] });
});

it("gives the same text whatever order its fields were stored in", () => {
  const reversed = <Record extends object>(record: Record): Record =>
    Object.assign(Object.create(Object.prototype), Object.fromEntries(Object.entries(record).reverse()));
  const shuffled = reversed({
    ...trial,
    settings: reversed(trial.settings),
    dataset: reversed(trial.dataset),
    sample: reversed({ ...trial.sample, after: reversed(trial.sample.after) }),
    versions: reversed(trial.versions),
    finder: trial.finder && reversed(trial.finder),
  });
  expect(formatTrial(shuffled, [])).toBe(formatTrial(trial, []));
});

it("says by which numbers its films were scaled", () => {
  const numbersOf = (normalisation: "imagenet" | "xrv") =>
    JSON.parse(formatTrial({ ...trial, settings: { ...TEST_SETTINGS, normalisation } }, [])).normalisation;
  expect(numbersOf("imagenet")).toEqual({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });
  const { mean, std } = numbersOf("xrv");
  expect([0, 0.5, 1].map((grey) => (grey - mean[1]) / std[1])).toEqual([-1024, 0, 1024]);
});

it("spells out the schedule and the optimiser, and nothing of schedules that were not chosen", () => {
  const settings = { ...TEST_SETTINGS, freezeEpochs: 1, sliceFrom: TEST_SETTINGS.maxLr / 100, clipNorm: 1, normDecay: false };
  const phases = [
    { firstStep: 0, isFrozen: true },
    { firstStep: 5, isFrozen: false },
  ];
  const { maxLr, divFactor, finalDiv, pctStart, moms } = settings;
  const { schedule, optimizer } = JSON.parse(formatTrial({ ...trial, settings }, []));
  expect(schedule).toEqual({ kind: "oneCycle", maxLr, totalSteps: 15, divFactor, finalDiv, pctStart, moms, phases });
  expect(optimizer).toMatchObject({ name: "adamw", decaysNorms: false, clipNorm: 1, averageDecay: null });
  expect(optimizer.groupFactors).toEqual([expect.closeTo(0.01, 12), expect.closeTo(0.1, 12), 1]);
  const plateau = JSON.parse(formatTrial({ ...trial, settings: { ...TEST_SETTINGS, schedule: "plateau" } }, [])).schedule;
  expect(Object.keys(plateau)).toEqual(["kind", "maxLr", "totalSteps", "plateauPatience", "plateauFactor", "phases"]);
});

it("keeps the check of its card, and says where there was none, as in trials of earlier versions", () => {
  const gpuCheck = { passed: true, checks: 560, adapter: "a card" } as NonNullable<NewTrial["gpuCheck"]>;
  const checked = { ...trial, ...describeTrial({ ...request, gpuCheck }, null, 15, {}) };
  expect(JSON.parse(formatTrial(checked, [])).gpuCheck).toEqual(gpuCheck);
  const { gpuCheck: _, ...earlier } = trial;
  expect(JSON.parse(formatTrial(earlier, [])).gpuCheck).toBeNull();
});
