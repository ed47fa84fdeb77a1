// What each numeric setting is called and may be: kept settings are read by it, a run refuses what breaks it. Knows no setting's use.
import type { TrialSettings } from "./settings";

export type NumericSetting = {
  [Field in keyof TrialSettings]: TrialSettings[Field] extends number ? Field : never;
}[keyof TrialSettings];

export interface SettingRule {
  /** As the page calls it. */
  name: string;
  /** What it may be, in words: "must be ...". */
  wanted: string;
  holds(value: number): boolean;
}

const rule = (name: string, wanted: string, holds: SettingRule["holds"]): SettingRule => ({ name, wanted, holds });

const whole = (name: string, least: 0 | 1, meaning = "") =>
  rule(name, `a whole number from ${least}${meaning}`, (n) => Number.isSafeInteger(n) && n >= least);
const above = (name: string, meaning = "") => rule(name, `a number above 0${meaning}`, (n) => n > 0 && n < Infinity);
const fromZero = (name: string, meaning = "") => rule(name, `0 or more${meaning}`, (n) => n >= 0 && n < Infinity);
const share = (name: string) => rule(name, "from 0 to 1", (n) => n >= 0 && n <= 1);
const belowOne = (name: string, meaning = "") => rule(name, `at least 0 and below 1${meaning}`, (n) => n >= 0 && n < 1);

export const SETTING_RULES: Record<NumericSetting, SettingRule> = {
  imageSize: whole("Image size", 1),
  epochs: whole("Epochs", 1),
  seed: whole("Seed", 0),
  batchSize: whole("Batch size", 1),
  maxLr: above("Max LR", ", such as 1e-3"),
  divFactor: above("Div factor"),
  pctStart: share("Share that rises"),
  finalDiv: above("Final div factor"),
  flatPct: share("Share that is flat"),
  flatFinalDiv: above("Final div factor"),
  plateauPatience: whole("Patience", 1),
  plateauFactor: rule("Factor", "above 0 and below 1", (n) => n > 0 && n < 1),
  sliceFrom: fromZero("First layers' LR", ": 0 is one rate for all"),
  freezeEpochs: whole("Frozen epochs", 0),
  rotate: fromZero("Rotate"),
  zoom: rule("Zoom", "1 or more", (n) => n >= 1 && n < Infinity),
  shift: share("Shift"),
  lighting: belowOne("Lighting"),
  contrast: belowOne("Contrast"),
  warp: belowOne("Warp"),
  augmentP: share("Probability"),
  mixup: fromZero("Mixup"),
  focalGamma: fromZero("Gamma"),
  focalAlpha: rule("Alpha", "at most 1: below 0 is none", (n) => n <= 1),
  labelSmoothing: belowOne("Label smoothing"),
  weightDecay: fromZero("Weight decay"),
  eps: above("Epsilon"),
  clipNorm: fromZero("Clip gradients at", ": 0 is never"),
  averageDecay: belowOne("Moving average", ": 0 is none"),
  earlyStop: whole("Stop early after", 0),
  averageLast: whole("Average the last", 0),
  checkpointEverySteps: whole("Checkpoint every", 1, " step"),
  filmsPerPass: whole("Films per pass", 0, ": 0 is the whole batch"),
  gpuBudgetMiB: whole("GPU budget", 0, " MiB: 0 is the default"),
};

/** Of each of a schedule's momenta and of AdamW's betas, which are pairs and so no numeric settings. */
export const MOMENTUM_RULE: SettingRule = belowOne("Momentum");

export function isNumericSetting(field: string): field is NumericSetting {
  return Object.hasOwn(SETTING_RULES, field);
}
