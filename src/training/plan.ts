// What a run will be, known before it starts: its steps, its films, its learning rates. Checks what a person has set.
import { drawEpoch } from "../data/balance";
import type { OptimizerStep } from "../nn/engine";
import type { PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { cutPasses, leastPass } from "../protocol/passes";
import type { TrialSettings } from "../protocol/settings";
import type { EpochRecord } from "../protocol/training";
import { oneCycle } from "./schedule";
import { valuesUnder } from "./targets";

export interface RunPlan {
  stepsPerEpoch: number;
  stepsTotal: number;
  /** Indices into the sample's training part, in no particular order. */
  drawFilms(epoch: number): Uint32Array;
  /** What step `step` of the run is taken with, after the epochs so far. */
  optimizerAt(step: number, epochs: readonly EpochRecord[]): AdamwStep;
  /** What the finder's step at this rate is taken with. */
  finderOptimizerAt(lr: number): AdamwStep;
}

export type AdamwStep = Extract<OptimizerStep, { name: "adamw" }>;

/** @throws LabError badSettings naming the setting, noFilms where there is nothing to validate with */
export function planRun(settings: TrialSettings, sample: PreparedSample): RunPlan {
  checkSettings(settings);
  const { batchSize, epochs, maxLr, divFactor, pctStart, finalDiv, moms, betas, eps, weightDecay } = settings;
  const { balance, freshEachEpoch, seed } = settings;
  const labels = Uint8Array.from(valuesUnder(sample.train.labels, 0, sample.targets.length));
  const drawFilms = (epoch: number) => drawEpoch({ labels, balance, freshEachEpoch, seed }, epoch);
  const films = drawFilms(0).length;
  if (films < batchSize) {
    throw new LabError(
      "badSettings",
      `An epoch has ${films} films and Batch size is ${batchSize}: not one batch is whole. Set Batch size to ${Math.max(1, films)} or less, or learn from more films.`,
      "Batch size",
    );
  }
  if (sample.valid.slots.length === 0) {
    throw new LabError("noFilms", "No film is held out to validate with. Raise Validation share.", "Validation share");
  }
  const stepsPerEpoch = Math.floor(films / batchSize);
  const stepsTotal = stepsPerEpoch * epochs;
  const schedule = oneCycle({ maxLr, totalSteps: stepsTotal, divFactor, pctStart, finalDiv, moms });
  const adamwAt = (lr: number, beta1: number): AdamwStep => ({ name: "adamw", lr, beta1, beta2: betas[1], eps, weightDecay });
  return {
    stepsPerEpoch,
    stepsTotal,
    drawFilms,
    optimizerAt: (step) => adamwAt(schedule.lr(step), schedule.momentum(step)),
    finderOptimizerAt: (lr) => adamwAt(lr, betas[0]),
  };
}

const isFromZero = (value: number) => Number.isSafeInteger(value) && value >= 0;

function checkSettings(settings: TrialSettings): void {
  const demand = (holds: boolean, name: string, wanted: string) => {
    if (!holds) throw new LabError("badSettings", `${name} must be ${wanted}.`, name);
  };
  const share = (value: number) => value >= 0 && value < 1;
  const above = (value: number) => value > 0 && Number.isFinite(value);
  demand(Number.isInteger(settings.batchSize) && settings.batchSize >= 1, "Batch size", "a whole number from 1");
  demand(isFromZero(settings.filmsPerPass), "Films per pass", "a whole number, or 0 for the whole batch");
  demand(isFromZero(settings.gpuBudgetMiB), "GPU budget", "a whole number of MiB, or 0 for the default");
  demand(
    Math.min(...cutPasses(settings.batchSize, settings.filmsPerPass)) >= leastPass(settings.imageSize),
    settings.filmsPerPass > 0 ? "Films per pass" : "Batch size",
    `2 or more, with no film left alone: at ${settings.imageSize} px one film leaves BatchNorm a single value to normalise by`,
  );
  demand(Number.isInteger(settings.epochs) && settings.epochs >= 1, "Epochs", "a whole number from 1");
  demand(above(settings.maxLr), "Max LR", "a number above 0, such as 1e-3");
  demand(Number.isSafeInteger(settings.seed), "Seed", "a whole number");
  demand(Number.isFinite(settings.weightDecay) && settings.weightDecay >= 0, "Weight decay", "0 or more");
  demand(settings.betas.every(share) && settings.moms.every(share), "Momentum", "at least 0 and below 1");
  demand(above(settings.eps), "Epsilon", "a number above 0");
  demand(above(settings.divFactor) && above(settings.finalDiv), "Div factor", "a number above 0");
  demand(settings.pctStart >= 0 && settings.pctStart <= 1, "Pct start", "from 0 to 1");
  demand(
    Number.isInteger(settings.checkpointEverySteps) && settings.checkpointEverySteps >= 1,
    "Checkpoint every",
    "a whole number of steps from 1",
  );
}
