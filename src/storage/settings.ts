// The page's settings as IndexedDB keeps them from one visit to the next. Trials keep their own (trials.ts).
import { isNumericSetting, MOMENTUM_RULE, type NumericSetting, SETTING_RULES } from "../protocol/settingRules";
import {
  ACTIVATIONS,
  ARCHITECTURES,
  ARITHMETICS,
  DEFAULT_SETTINGS,
  ENGINES,
  FITS,
  HEADS,
  LOSSES,
  METRICS,
  NORMALISATIONS,
  SCHEDULES,
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
  return isSetting(field) && JSON.stringify(value) !== JSON.stringify(DEFAULT_SETTINGS[field]);
}

/** Fields that are missing, or are not as this version writes them, have their defaults. */
export function readSettings(kept: unknown): TrialSettings {
  const settings = { ...DEFAULT_SETTINGS };
  if (typeof kept !== "object" || kept === null) return settings;
  const take = <Field extends CheckedSetting>(field: Field, value: unknown) => {
    if (CHECKS[field](value)) settings[field] = value;
  };
  for (const [field, value] of Object.entries(kept)) {
    if (isChecked(field)) take(field, value);
    else if (isNumericSetting(field) && holdsNumber(field, value)) settings[field] = value;
  }
  return settings;
}

const holdsNumber = (field: NumericSetting, value: unknown): value is number =>
  typeof value === "number" && SETTING_RULES[field].holds(value);

/** Of what is given as settings the first field whose value it cannot have; null where there is none. Fields of other names are passed over. */
export function findImpossible(given: object): string | null {
  const isPossible = (field: string, value: unknown) =>
    isChecked(field) ? CHECKS[field](value) : !isNumericSetting(field) || holdsNumber(field, value);
  return Object.entries(given).find(([field, value]) => !isPossible(field, value))?.[0] ?? null;
}

type CheckedSetting = Exclude<keyof TrialSettings, NumericSetting>;

function isChecked(name: string): name is CheckedSetting {
  return Object.hasOwn(CHECKS, name);
}

export const isSetting = (name: string): name is keyof TrialSettings => isChecked(name) || isNumericSetting(name);

type Check<Value> = (value: unknown) => value is Value;

const isFlag: Check<boolean> = (value) => typeof value === "boolean";
const isText: Check<string> = (value) => typeof value === "string";
const isTexts: Check<string[]> = (value): value is string[] => Array.isArray(value) && value.every(isText);
const isPair: Check<[number, number]> = (value): value is [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "number" && MOMENTUM_RULE.holds(one));

function among<Word extends string>(words: readonly Word[]): Check<Word> {
  return (value): value is Word => words.some((word) => word === value);
}

/** As a record, so that a word that is added to the type is asked for here. */
function oneOf<Word extends string>(words: Record<Word, true>): Check<Word> {
  return (value): value is Word => isText(value) && Object.hasOwn(words, value);
}

const TARGET_CHECKS: { [Field in keyof TargetSettings]: Check<TargetSettings[Field]> } = {
  target: isText,
  positive: isTexts,
  uncertain: oneOf({ ignore: true, zero: true, one: true }),
  blank: oneOf({ negative: true, ignore: true }),
};

const isTarget: Check<TargetSettings> = (value): value is TargetSettings => {
  if (typeof value !== "object" || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(TARGET_CHECKS).every(([field, check]) => check(fields.get(field)));
};

/** Of what is no number; those have rules. */
const CHECKS: { [Field in CheckedSetting]: Check<TrialSettings[Field]> } = {
  ...TARGET_CHECKS,
  moreTargets: (value): value is TargetSettings[] => Array.isArray(value) && value.every(isTarget),
  frontalOnly: isFlag,
  validation: (value): value is TrialSettings["validation"] =>
    value === "own" || value === "all" || (typeof value === "number" && value > 0 && value < 1),
  stratify: isFlag,
  doubtful: isTexts,
  balance: oneOf({ undersample: true, oversample: true, weight: true, none: true }),
  freshEachEpoch: isFlag,
  fit: among(FITS),
  cropBorders: isFlag,
  equalise: isFlag,
  grading: oneOf({ window: true, percentiles: true }),
  arch: among(ARCHITECTURES),
  head: among(HEADS),
  normalisation: among(NORMALISATIONS),
  schedule: among(SCHEDULES),
  moms: isPair,
  flip: isFlag,
  loss: among(LOSSES),
  normDecay: isFlag,
  betas: isPair,
  keepBest: among(METRICS),
  engine: among(ENGINES),
  activations: among(ACTIVATIONS),
  arithmetic: among(ARITHMETICS),
  subgroups: isFlag,
};
