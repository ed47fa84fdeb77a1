// Which of the training settings LR Find's curve hangs on. The films and their labels are sampleCommands.ts's to compare.
import type { TrainingSettings } from "../protocol/settings";

/** Whether the finder's network, its loss or its steps are others where the setting is. Each says, so that none is forgotten. */
const SHAPES_CURVE: Record<keyof TrainingSettings, boolean> = {
  arch: true,
  head: true,
  normalisation: true,
  batchSize: true,
  // The stock engine knows neither passes nor halves.
  engine: true,
  filmsPerPass: true,
  activations: true,
  arithmetic: true,
  subgroups: true,
  gpuBudgetMiB: false,

  // The finder brings its own rates, and one for all layers.
  schedule: false,
  maxLr: false,
  divFactor: false,
  pctStart: false,
  finalDiv: false,
  moms: false,
  flatPct: false,
  flatFinalDiv: false,
  plateauPatience: false,
  plateauFactor: false,
  sliceFrom: false,
  freezeEpochs: true,

  weightDecay: true,
  normDecay: true,
  betas: true,
  eps: true,
  clipNorm: true,
  averageDecay: false,

  rotate: true,
  zoom: true,
  shift: true,
  lighting: true,
  contrast: true,
  warp: true,
  flip: true,
  augmentP: true,
  mixup: true,

  loss: true,
  focalGamma: true,
  focalAlpha: true,
  labelSmoothing: true,

  keepBest: false,
  earlyStop: false,
  averageLast: false,
  checkpointEverySteps: false,
};

const SHAPING = (Object.keys(SHAPES_CURVE) as (keyof TrainingSettings)[]).filter((field) => SHAPES_CURVE[field]);

/** To be compared: a curve belongs to one such text. Of frozen epochs only whether there are any: the finder trains what is trained first. */
export function describeCurve(settings: TrainingSettings): string {
  const told = { ...settings, freezeEpochs: Math.min(settings.freezeEpochs, 1) };
  return JSON.stringify(SHAPING.map((field) => told[field]));
}
