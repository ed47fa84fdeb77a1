// What a trial is made of, before it runs and as the file that a person takes away. Keeps nothing (storage/trials.ts does).
import { TRIAL_PURPOSES } from "../nn/random";
import { chooseBudget } from "../protocol/budget";
import { planPhases } from "../protocol/schedule";
import { CHANNEL_MOMENTS, type ScheduleName, type ScheduleSettings, type TrialSettings } from "../protocol/settings";
import type { Beginning, NewTrial, StepRecord, Trial } from "../protocol/training";
import { NONE_KEPT } from "../storage/checkpoints";
import { choose } from "./finderCurve";
import { spreadSettings } from "./plan";

export function describeTrial(
  { settings, sample, dataset, finder, gpuCheck }: NewTrial,
  beginning: Beginning | null,
  stepsTotal: number,
  versions: Record<string, string>,
): Omit<Trial, "id"> {
  return {
    parent: beginning?.name ?? null,
    beginning,
    createdAt: new Date().toISOString(),
    note: "",
    star: false,
    state: "ready",
    failure: null,
    settings,
    dataset,
    sample: sample.summary,
    finder: finder && choose(finder, settings.maxLr),
    adapter: null,
    gpuCheck: gpuCheck ?? null,
    versions,
    stepsDone: 0,
    stepsTotal,
    earlyEnd: null,
    epochs: [],
    checkpoints: NONE_KEPT,
    seconds: 0,
  };
}

/** The trial as JSON, complete enough to run again. One trial gives one text: the keys stand in a fixed order. */
export function formatTrial(trial: Trial, steps: readonly StepRecord[]): string {
  const { settings, sample } = trial;
  const { kept, setAside, after, ...counts } = sample;
  const { positives, negatives } = after;
  const file = {
    formatVersion: 1,
    trial: `trial-${trial.id}`,
    parent: trial.parent,
    origin: trial.origin ?? null,
    beginning: trial.beginning ? inOrder(trial.beginning) : null,
    again: trial.again ? inOrder(trial.again) : null,
    createdAt: trial.createdAt,
    note: trial.note,
    star: trial.star,
    state: trial.state,
    failure: trial.failure,
    settings: inOrder(settings),
    schedule: describeSchedule(settings, trial.stepsTotal),
    optimizer: describeOptimizer(settings),
    normalisation: CHANNEL_MOMENTS[settings.normalisation],
    seeds: { seed: settings.seed, purposes: TRIAL_PURPOSES },
    dataset: inOrder(trial.dataset),
    sample: { kept, setAside, positives, negatives, ...inOrder({ ...counts, after }) },
    adapter: trial.adapter && inOrder(trial.adapter),
    gpuCheck: trial.gpuCheck ? inOrder(trial.gpuCheck) : null,
    gpuBudgetBytes: trial.adapter && chooseBudget(trial.adapter, settings.gpuBudgetMiB),
    versions: inOrder(trial.versions),
    stepsDone: trial.stepsDone,
    stepsTotal: trial.stepsTotal,
    earlyEnd: trial.earlyEnd ?? null,
    seconds: trial.seconds,
    finder: trial.finder && inOrder(trial.finder),
    epochs: trial.epochs.map(({ epoch, trainLoss, validLoss, accuracy, auroc, aurocInterval, aurocs, seconds }) => ({
      epoch,
      trainLoss,
      validLoss,
      accuracy,
      auroc,
      aurocInterval: aurocInterval ?? null,
      ...(aurocs && { aurocs }),
      seconds,
    })),
    steps: steps.map(({ step, epoch, loss, lr, momentum }) => ({ step, epoch, loss, lr, momentum })),
  };
  const fields = Object.entries(file).map(([key, value]) => `${JSON.stringify(key)}: ${formatField(value)}`);
  return `{\n${fields.join(",\n")}\n}\n`;
}

const FIELDS_OF: Record<ScheduleName, readonly (keyof ScheduleSettings)[]> = {
  oneCycle: ["divFactor", "finalDiv", "pctStart", "moms"],
  flatCos: ["flatPct", "flatFinalDiv"],
  constant: [],
  plateau: ["plateauPatience", "plateauFactor"],
};

/** A phase is a cycle of its own, from its first step to the next one's. */
function describeSchedule(settings: TrialSettings, totalSteps: number) {
  const { schedule: kind, maxLr, epochs } = settings;
  const fields = FIELDS_OF[kind].map((field) => [field, settings[field]] as const);
  const phases = planPhases(settings, totalSteps / epochs).map(({ firstStep, isFrozen }) => ({ firstStep, isFrozen }));
  return { kind, maxLr, totalSteps, ...Object.fromEntries(fields), phases };
}

function describeOptimizer(settings: TrialSettings) {
  const { betas, eps, weightDecay, normDecay, clipNorm, averageDecay } = settings;
  return {
    name: "adamw",
    betas,
    eps,
    weightDecay,
    decaysNorms: normDecay,
    groupFactors: spreadSettings(settings),
    clipNorm: clipNorm || null,
    averageDecay: averageDecay || null,
  };
}

/** A list has a line an entry, so that 100,000 steps stay readable and short. */
function formatField(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value, null, 2);
  return value.length === 0 ? "[]" : `[\n${value.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`;
}

/** A copy with its keys, and those of records within it, in alphabetical order, whatever order they were stored in. */
function inOrder(record: object): object {
  const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, isRecord(value) ? inOrder(value) : value]));
}
