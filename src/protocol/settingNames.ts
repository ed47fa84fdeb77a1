// What every setting is called, as the page calls it. What a numeric one may be is settingRules.ts's.
import { isNumericSetting, type NumericSetting, SETTING_RULES } from "./settingRules";
import type { TrialSettings } from "./settings";

const OTHER_NAMES: Record<Exclude<keyof TrialSettings, NumericSetting>, string> = {
  target: "Target",
  positive: "Positive values",
  uncertain: "Uncertain labels",
  blank: "Blank labels",
  moreTargets: "Further targets",
  frontalOnly: "Frontal films only",
  doubtful: "Doubtful films left out",
  validation: "Validation share",
  stratify: "Hold out positives in proportion",
  balance: "Balance",
  freshEachEpoch: "Fresh films every epoch",
  fit: "Fit",
  cropBorders: "Crop black borders",
  equalise: "Equalise contrast (CLAHE)",
  grading: "Grey scale",
  arch: "Architecture",
  head: "Head",
  normalisation: "Normalisation",
  schedule: "Schedule",
  moms: "Momentum at the ends and at the top",
  flip: "Flip left to right",
  loss: "Loss",
  normDecay: "Decay BatchNorm and biases too",
  betas: "AdamW's betas",
  keepBest: "Best by",
  engine: "Engine",
  activations: "Activations",
  arithmetic: "Arithmetic",
  subgroups: "Subgroups",
};

/** Settings of schedules and losses are called by what they are settings of: "Share that rises" alone says too little in a list. */
const WITHIN: Partial<Record<NumericSetting, string>> = {
  divFactor: "One-cycle",
  pctStart: "One-cycle",
  finalDiv: "One-cycle",
  flatPct: "Flat, then cosine",
  flatFinalDiv: "Flat, then cosine",
  plateauPatience: "Plateau",
  plateauFactor: "Plateau",
  augmentP: "Augmentation",
  focalGamma: "Focal loss",
  focalAlpha: "Focal loss",
};

export function nameSetting(field: keyof TrialSettings): string {
  if (!isNumericSetting(field)) return OTHER_NAMES[field];
  const { name } = SETTING_RULES[field];
  const of = WITHIN[field];
  return of ? `${of}: ${name.toLowerCase()}` : name;
}
