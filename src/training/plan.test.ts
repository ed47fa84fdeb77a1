import { describe, expect, it } from "vitest";
import golden from "../protocol/golden/schedule.json";
import { LabError } from "../protocol/labError";
import { oneCycle } from "../protocol/schedule";
import { SETTING_RULES } from "../protocol/settingRules";
import type { TrialSettings } from "../protocol/settings";
import type { EpochRecord } from "../protocol/training";
import { planRun, spreadRates } from "./plan";
import { createTestSample, TEST_SETTINGS } from "./testSample";

/** 22 films in batches of 4: five steps an epoch. */
const { sample } = createTestSample(22, 7);
const plan = (change: Partial<TrialSettings>) => planRun({ ...TEST_SETTINGS, ...change }, sample);
const scored = (...validLosses: number[]): EpochRecord[] =>
  validLosses.map((validLoss, epoch) => ({ epoch, trainLoss: 0, validLoss, accuracy: 0, auroc: 1 - validLoss, seconds: 0 }));

describe("what a step is taken with", () => {
  it("is plain AdamW where nothing else is asked for", () => {
    const { divFactor, pctStart, finalDiv, moms, maxLr } = TEST_SETTINGS;
    const { lr, momentum } = oneCycle({ maxLr, totalSteps: 15, divFactor, pctStart, finalDiv, moms })(4, []);
    const plain = { name: "adamw", beta2: 0.99, eps: 1e-8, weightDecay: 0.01 };
    expect(plan({}).optimizerAt(4, [])).toEqual({ ...plain, lr, beta1: momentum });
    expect(plan({}).finderOptimizerAt(0.5)).toEqual({ ...plain, lr: 0.5, beta1: 0.9 });
  });

  it.each(golden.evenMults)("spreads rates from $start to $stop as fastai's even_mults", ({ start, stop, lrs }) => {
    spreadRates(start / stop).forEach((factor, group) => {
      expect(Math.abs((factor * stop) / lrs[group]! - 1)).toBeLessThan(1e-12);
    });
  });

  it("leaves norms undecayed and clips gradients, in the finder too", () => {
    const asked = plan({ normDecay: false, clipNorm: 2 });
    expect(asked.optimizerAt(0, [])).toMatchObject({ decaysNorms: false, clipNorm: 2 });
    expect(asked.finderOptimizerAt(1)).toMatchObject({ decaysNorms: false, clipNorm: 2 });
  });

  it("keeps layers apart in the run, and at one rate in the finder, whose curve no Max LR may change", () => {
    const [low, high] = [0.05, 0.5].map((maxLr) => plan({ maxLr, sliceFrom: 0.0005 }));
    expect(low!.optimizerAt(0, []).groupFactors).toEqual([expect.closeTo(0.01, 12), expect.closeTo(0.1, 12), 1]);
    expect(low!.finderOptimizerAt(1)).not.toHaveProperty("groupFactors");
    expect(high!.finderOptimizerAt(1)).toEqual(low!.finderOptimizerAt(1));
  });

  it("freezes the first epochs, then trains all in a cycle of its own, on moments that begin anew", () => {
    const { optimizerAt, finderOptimizerAt, stepsTotal } = plan({ epochs: 3, freezeEpochs: 1 });
    expect(stepsTotal).toBe(15);
    const steps = Array.from({ length: stepsTotal }, (_, step) => optimizerAt(step, []));
    expect(steps.map(({ frozenGroups }) => frozenGroups ?? 0)).toEqual([2, 2, 2, 2, 2, ...Array(10).fill(0)]);
    expect(steps.flatMap(({ restarts }, step) => (restarts ? [step] : []))).toEqual([5]);
    const alone = plan({ epochs: 2 });
    steps.slice(5).forEach(({ lr, beta1 }, step) => {
      expect({ lr, beta1 }).toEqual({ lr: alone.optimizerAt(step, []).lr, beta1: alone.optimizerAt(step, []).beta1 });
    });
    expect(finderOptimizerAt(1)).toMatchObject({ frozenGroups: 2 });
  });

  it("stays frozen where there are no more epochs than frozen ones", () => {
    const { optimizerAt } = plan({ epochs: 2, freezeEpochs: 2 });
    for (const step of [0, 5, 9]) {
      expect(optimizerAt(step, [])).toMatchObject({ frozenGroups: 2 });
      expect(optimizerAt(step, [])).not.toHaveProperty("restarts");
    }
  });

  it("averages weights with a warm-up, counted over the whole run", () => {
    const { optimizerAt, finderOptimizerAt } = plan({ averageDecay: 0.5, freezeEpochs: 1 });
    expect([0, 1, 6, 8, 12].map((step) => optimizerAt(step, []).averageDecay)).toEqual([1 / 10, 2 / 11, 7 / 16, 0.5, 0.5]);
    expect(finderOptimizerAt(1)).not.toHaveProperty("averageDecay");
  });

  it("lowers a plateau's rate after the epochs that were no better", () => {
    const { optimizerAt } = plan({ schedule: "plateau", maxLr: 0.1, plateauFactor: 0.1 });
    expect(optimizerAt(5, scored(0.5)).lr).toBe(0.1);
    expect(optimizerAt(10, scored(0.5, 0.6)).lr).toBeCloseTo(0.01, 12);
  });
});

describe("the end", () => {
  it("is after the planned epochs", () => {
    expect(plan({}).isOver(scored(0.5, 0.6))).toBe(false);
    expect(plan({}).isOver(scored(0.5, 0.6, 0.7))).toBe(true);
    expect(plan({}).earlyEnd(scored(0.5, 0.6, 0.7))).toBeNull();
  });

  it("is early after so many epochs without a better one", () => {
    const { isOver, earlyEnd } = plan({ epochs: 9, earlyStop: 2, keepBest: "validLoss" });
    expect(isOver([])).toBe(false);
    expect(isOver(scored(0.5, 0.4, 0.45))).toBe(false);
    expect(isOver(scored(0.5, 0.4, 0.45, 0.39))).toBe(false);
    expect(isOver(scored(0.5, 0.4, 0.45, 0.4))).toBe(true);
    expect(earlyEnd(scored(0.5, 0.4, 0.45, 0.4))).toEqual({ best: 1, waited: 2 });
  });

  it("is judged by the metric that is kept by", () => {
    const epochs = scored(0.5, 0.4, 0.3).map((epoch, at) => ({ ...epoch, auroc: [0.9, 0.8, 0.7][at]! }));
    expect(plan({ epochs: 9, earlyStop: 2, keepBest: "auroc" }).isOver(epochs)).toBe(true);
    expect(plan({ epochs: 9, earlyStop: 2, keepBest: "validLoss" }).isOver(epochs)).toBe(false);
  });

  it("never comes in the frozen beginning, and is waited for anew after it", () => {
    const { isOver } = plan({ epochs: 9, freezeEpochs: 3, earlyStop: 2, keepBest: "validLoss" });
    expect(isOver(scored(0.1, 0.2, 0.3))).toBe(false);
    expect(isOver(scored(0.1, 0.2, 0.3, 0.4))).toBe(false);
    expect(isOver(scored(0.1, 0.2, 0.3, 0.4, 0.5))).toBe(true);
  });
});

describe("settings that no run can be made of are refused by name", () => {
  const wrong: Partial<TrialSettings>[] = [
    { pctStart: 1.1 },
    { finalDiv: 0 },
    { moms: [0.95, 1] },
    { flatPct: -0.1 },
    { flatFinalDiv: Number.NaN },
    { plateauPatience: 0 },
    { plateauFactor: 1 },
    { sliceFrom: -1 },
    { freezeEpochs: 0.5 },
    { zoom: 0.9 },
    { focalAlpha: 1.5 },
    { labelSmoothing: 1 },
    { clipNorm: -1 },
    { averageDecay: 1 },
    { earlyStop: -1 },
    { averageLast: 1.5 },
  ];
  it.each(wrong)("%o", (change) => {
    const field = Object.keys(change)[0] as keyof typeof SETTING_RULES;
    const name = SETTING_RULES[field]?.name ?? "Momentum";
    expect(() => plan(change)).toThrow(LabError);
    expect(() => plan(change)).toThrow(
      expect.objectContaining({ code: "badSettings", at: name, message: expect.stringContaining(name) }),
    );
  });
});

it("refuses to train on a test set, and says what else to do with it", () => {
  const whole = createTestSample(0, 7).sample;
  expect(() => planRun(TEST_SETTINGS, whole)).toThrow(
    "All films of this sample are a test set: none is left to train on. Evaluate a trial on them, or choose a share as Validation share.",
  );
});
