import { expect, it } from "vitest";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import { describeCurve } from "./curveSettings";

const isStale = (change: Partial<TrialSettings>, before = DEFAULT_SETTINGS) =>
  describeCurve({ ...before, ...change }) !== describeCurve(before);

it.each<Partial<TrialSettings>>([
  { head: "fastai" },
  { engine: "stock" },
  { arithmetic: "f16" },
  { subgroups: true },
  { freezeEpochs: 1 },
  { loss: "focal" },
  { labelSmoothing: 0.1 },
  { mixup: 0.4 },
  { weightDecay: 0.1 },
  { betas: [0.8, 0.99] },
  { clipNorm: 1 },
])("a curve is another's with %o", (change) => {
  expect(isStale(change)).toBe(true);
});

it.each<Partial<TrialSettings>>([
  { maxLr: 0.5 },
  { sliceFrom: 1e-5 },
  { schedule: "constant" },
  { averageDecay: 0.999 },
  { earlyStop: 2 },
  { gpuBudgetMiB: 512 },
])("a curve stays its own with %o", (change) => {
  expect(isStale(change)).toBe(false);
});

it("is of what is trained first, however long that is", () => {
  expect(isStale({ freezeEpochs: 2 }, { ...DEFAULT_SETTINGS, freezeEpochs: 1 })).toBe(false);
});
