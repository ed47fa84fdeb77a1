// What a run will be, known before it starts: its steps, its films, what each step changes, its end. Checks what a person has set.
import { drawEpoch } from "../data/balance";
import { LAYER_GROUPS, type OptimizerRule, type StepScope } from "../nn/engine";
import type { PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { type Phase, phaseAt, planPhases } from "../protocol/schedule";
import type { TrialSettings } from "../protocol/settings";
import { demandTraining } from "../protocol/testSet";
import type { EpochRecord } from "../protocol/training";
import { checkSettings } from "./checkSettings";
import { type EarlyEnd, findEarlyEnd } from "./earlyStop";
import { valuesUnder } from "./targets";

export interface RunPlan {
  stepsPerEpoch: number;
  stepsTotal: number;
  /** Each a cycle of its own. */
  phases: readonly Phase[];
  /** Indices into the sample's training part, in no particular order. */
  drawFilms(epoch: number): Uint32Array;
  /** What step `step` of the run is taken with, after the epochs so far. */
  optimizerAt(step: number, epochs: readonly EpochRecord[]): AdamwStep;
  /** What the finder's step at this rate is taken with: what is trained first, all at the one rate (fastai v1 `lr_find`). */
  finderOptimizerAt(lr: number): AdamwStep;
  /** Why a run that still had epochs ahead is over after these; null where it is not. */
  earlyEnd(epochs: readonly EpochRecord[]): EarlyEnd | null;
  /** Whether nothing is left to train after these epochs. */
  isOver(epochs: readonly EpochRecord[]): boolean;
}

export type AdamwStep = Extract<OptimizerRule, { name: "adamw" }> & StepScope;

/** Of the layer groups all but the head (fastai `freeze`). */
const FROZEN_GROUPS = LAYER_GROUPS - 1;

/** @throws LabError badSettings naming the setting, noFilms where there is nothing to train on, or to validate with */
export function planRun(settings: TrialSettings, sample: PreparedSample): RunPlan {
  checkSettings(settings);
  demandTraining(sample.summary);
  const { batchSize, epochs: planned, betas, eps, weightDecay, averageDecay, normDecay, clipNorm } = settings;
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
  const phases = planPhases(settings, stepsPerEpoch);
  const groupFactors = spreadSettings(settings);
  const earlyEnd = (epochs: readonly EpochRecord[]) =>
    epochs.length < planned ? findEarlyEnd(settings, phases.at(-1)!.firstEpoch, epochs) : null;
  const adamwAt = (lr: number, beta1: number, { isFrozen }: Phase): AdamwStep => ({
    name: "adamw",
    lr,
    beta1,
    beta2: betas[1],
    eps,
    weightDecay,
    ...(!normDecay && { decaysNorms: false }),
    ...(clipNorm > 0 && { clipNorm }),
    ...(isFrozen && { frozenGroups: FROZEN_GROUPS }),
  });
  return {
    stepsPerEpoch,
    stepsTotal: stepsPerEpoch * planned,
    phases,
    drawFilms,
    optimizerAt(step, epochs) {
      const phase = phaseAt(phases, step);
      const { lr, momentum } = phase.ratesAt(step, epochs);
      return {
        ...adamwAt(lr, momentum, phase),
        ...(groupFactors && { groupFactors }),
        // fastai's unfreeze makes a new optimiser.
        ...(step > 0 && step === phase.firstStep && { restarts: true }),
        ...(averageDecay > 0 && { averageDecay: warmUp(averageDecay, step) }),
      };
    },
    finderOptimizerAt: (lr) => adamwAt(lr, betas[0], phases[0]!),
    earlyEnd,
    isOver: (epochs) => epochs.length >= planned || earlyEnd(epochs) !== null,
  };
}

/** What a run's rate is multiplied by, a layer group each; null where all have the one rate. */
export function spreadSettings({ sliceFrom, maxLr }: Pick<TrialSettings, "sliceFrom" | "maxLr">): number[] | null {
  return sliceFrom > 0 ? spreadRates(sliceFrom / maxLr) : null;
}

/** Factors from `first` to 1, a layer group each, each the same multiple of the one before (fastai v1 `even_mults`). */
export function spreadRates(first: number): number[] {
  const last = LAYER_GROUPS - 1;
  return Array.from({ length: LAYER_GROUPS }, (_, group) => first ** ((last - group) / last));
}

/** So that an average of few steps is not still its beginning (TensorFlow `ExponentialMovingAverage` with `num_updates`). */
const warmUp = (decay: number, step: number) => Math.min(decay, (1 + step) / (10 + step));
