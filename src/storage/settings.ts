// The page's settings as IndexedDB keeps them from one visit to the next. Trials keep their own (trials.ts).
import {
  ARCHITECTURES,
  type Architecture,
  DEFAULT_SETTINGS,
  type TargetSettings,
  type TrialSettings,
} from "../protocol/settings";
import { type KeyValue, openKeyValue } from "./keyValue";

export interface SettingsStore {
  /** Fields that are not kept, or not as this version writes them, have their defaults. */
  read(): Promise<TrialSettings>;
  write(settings: TrialSettings): Promise<void>;
}

const KEY = "page";

/** What is kept may be of another version of the lab, so it is nothing in particular until it is read. */
export function openSettings(): KeyValue<unknown> {
  return openKeyValue("roentgen-lab-settings");
}

export function createSettingsStore(values: KeyValue<unknown>): SettingsStore {
  return {
    read: async () => readSettings(await values.read(KEY)),
    // Only what differs: a default that changes then reaches those who left it as it was.
    write: (settings) => values.write(KEY, Object.fromEntries(Object.entries(settings).filter(differs))),
  };
}

function differs([field, value]: [string, unknown]): boolean {
  return isField(field) && JSON.stringify(value) !== JSON.stringify(DEFAULT_SETTINGS[field]);
}

/** Fields that are missing, or are not as this version writes them, have their defaults. */
export function readSettings(kept: unknown): TrialSettings {
  const settings = { ...DEFAULT_SETTINGS };
  if (typeof kept !== "object" || kept === null) return settings;
  const take = <Field extends keyof TrialSettings>(field: Field, value: unknown) => {
    if (CHECKS[field](value)) settings[field] = value;
  };
  for (const [field, value] of Object.entries(kept)) if (isField(field)) take(field, value);
  return settings;
}

function isField(name: string): name is keyof TrialSettings {
  return Object.hasOwn(CHECKS, name);
}

type Check<Value> = (value: unknown) => value is Value;

const isFlag: Check<boolean> = (value) => typeof value === "boolean";
const isText: Check<string> = (value) => typeof value === "string";
const numberThat =
  (holds: (n: number) => boolean): Check<number> =>
  (value): value is number =>
    typeof value === "number" && holds(value);
const isWholeFromZero = numberThat((n) => Number.isSafeInteger(n) && n >= 0);
const isCount = numberThat((n) => Number.isSafeInteger(n) && n >= 1);
const isFromZero = numberThat((n) => n >= 0 && n < Infinity);
const isAboveZero = numberThat((n) => n > 0 && n < Infinity);
const isShare = numberThat((n) => n >= 0 && n <= 1);
const isPartialShare = numberThat((n) => n > 0 && n < 1);
const isBelowOne = numberThat((n) => n >= 0 && n < 1);
const isPair: Check<[number, number]> = (value): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isBelowOne);

/** As a record, so that a word that is added to the type is asked for here. */
function oneOf<Word extends string>(words: Record<Word, true>): Check<Word> {
  return (value): value is Word => isText(value) && Object.hasOwn(words, value);
}

const TARGET_CHECKS: { [Field in keyof TargetSettings]: Check<TargetSettings[Field]> } = {
  target: isText,
  positive: (value): value is string[] => Array.isArray(value) && value.every(isText),
  uncertain: oneOf({ ignore: true, zero: true, one: true }),
  blank: oneOf({ negative: true, ignore: true }),
};

const isTarget: Check<TargetSettings> = (value): value is TargetSettings => {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(TARGET_CHECKS).every(([field, check]) => check(fields.get(field)));
};

const CHECKS: { [Field in keyof TrialSettings]: Check<TrialSettings[Field]> } = {
  ...TARGET_CHECKS,
  moreTargets: (value): value is TargetSettings[] => Array.isArray(value) && value.every(isTarget),
  frontalOnly: isFlag,
  validation: (value) => value === "own" || isPartialShare(value),
  balance: oneOf({ undersample: true, oversample: true, weight: true, none: true }),
  freshEachEpoch: isFlag,
  imageSize: isCount,
  fit: oneOf({ stretch: true, letterbox: true }),
  cropBorders: isFlag,
  equalise: isFlag,
  grading: oneOf({ window: true, percentiles: true }),
  epochs: isCount,
  seed: isWholeFromZero,
  arch: (value): value is Architecture => ARCHITECTURES.some((arch) => arch === value),
  head: oneOf({ linear: true, fastai: true }),
  batchSize: isCount,
  schedule: oneOf({ oneCycle: true, flatCos: true, constant: true, plateau: true }),
  maxLr: isAboveZero,
  divFactor: isAboveZero,
  pctStart: isShare,
  finalDiv: isAboveZero,
  moms: isPair,
  flatPct: isShare,
  flatFinalDiv: isAboveZero,
  plateauPatience: isCount,
  plateauFactor: isPartialShare,
  sliceFrom: isFromZero,
  freezeEpochs: isWholeFromZero,
  rotate: isFromZero,
  zoom: numberThat((n) => n >= 1 && n < Infinity),
  shift: isShare,
  lighting: isBelowOne,
  contrast: isBelowOne,
  warp: isBelowOne,
  flip: isFlag,
  augmentP: isShare,
  mixup: isFromZero,
  loss: oneOf({ bce: true, focal: true }),
  focalGamma: isFromZero,
  focalAlpha: numberThat((n) => n <= 1),
  labelSmoothing: isBelowOne,
  weightDecay: isFromZero,
  normDecay: isFlag,
  betas: isPair,
  eps: isAboveZero,
  clipNorm: isFromZero,
  averageDecay: isBelowOne,
  keepBest: oneOf({ auroc: true, validLoss: true, accuracy: true }),
  earlyStop: isWholeFromZero,
  averageLast: isWholeFromZero,
  checkpointEverySteps: isCount,
  engine: oneOf({ fused: true, stock: true }),
  activations: oneOf({ f32: true, f16: true }),
  filmsPerPass: isWholeFromZero,
  gpuBudgetMiB: isWholeFromZero,
};
