// What a person can set before a trial, with its defaults. Every field goes into the trial's file, so names are kept stable.

export const ARCHITECTURES = ["densenet121", "densenet161", "densenet169", "densenet201", "densenet-mini"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** `fused`: own kernels; `stock`: plain TF.js operations, slow and large, the readable definition of the same network. */
export const ENGINES = ["fused", "stock"] as const;
export type EngineName = (typeof ENGINES)[number];

/** How activations wait on the GPU for the backward pass: whole floats, or halves at some cost in accuracy. */
export const ACTIVATIONS = ["f32", "f16"] as const;
export type Activations = (typeof ACTIVATIONS)[number];

/** CheXpert's U-Ignore, U-Zeros, U-Ones (Irvin et al. 2019, section 3.1). */
export type UncertainPolicy = "ignore" | "zero" | "one";
/** A blank cell is a finding the report does not mention. */
export type BlankPolicy = "negative" | "ignore";
export type Balance = "undersample" | "oversample" | "weight" | "none";

/** A column of the label CSV that is learnt, and what its cells mean. */
export interface TargetSettings {
  target: string;
  /** Cell values that count as positive, as the CSV writes them; for a label column (1, 0, -1, blank) it is ["1"]. */
  positive: string[];
  uncertain: UncertainPolicy;
  blank: BlankPolicy;
}

/** How a film's file becomes the square of bytes that the network sees. */
export interface PreparationSettings {
  /** Side of the square in pixels. */
  imageSize: number;
  /** `stretch`: width and height to the side, each by itself, as fastai does; `letterbox`: in proportion, black beside. */
  fit: "stretch" | "letterbox";
  /** Black collimation borders are cut off first. */
  cropBorders: boolean;
  /** Contrast limited adaptive histogram equalisation, last. */
  equalise: boolean;
  /**
   * How samples of more than 8 bits become bytes: by the window or table that a DICOM file names, where it names one, or always by
   * percentiles.
   */
  grading: "window" | "percentiles";
}

/** Which rows are learnt from, and how they are labelled, split and balanced. Its own target is the main one. */
export interface SampleSettings extends TargetSettings, PreparationSettings {
  /** Targets that are learnt beside the main one, by which films are chosen. */
  moreTargets: TargetSettings[];
  frontalOnly: boolean;
  /** Share of the patients held out for validation (0 < share < 1), or the dataset's own valid.csv. */
  validation: number | "own";
  balance: Balance;
  /** With `undersample`: draw other films of the majority class each epoch, so that in time all are seen. */
  freshEachEpoch: boolean;
  /** Epochs to train; with `freshEachEpoch` it also decides which films are prepared. */
  epochs: number;
  seed: number;
}

/** How a trial is trained. Defaults are fastai v1's (REFERENCE: fit_one_cycle, AdamW). */
export interface TrainingSettings {
  arch: Architecture;
  batchSize: number;
  maxLr: number;
  weightDecay: number;
  betas: [number, number];
  eps: number;
  divFactor: number;
  pctStart: number;
  finalDiv: number;
  /** Momentum (beta1) at the ends and in the middle of the cycle. */
  moms: [number, number];
  /** A checkpoint is written every so many steps, and at each epoch's end. */
  checkpointEverySteps: number;
  engine: EngineName;
  activations: Activations;
  /**
   * Films that the network sees at once; 0 for the whole batch. Where it is less than `batchSize`, a step adds up the gradients of several
   * passes, and BatchNorm sees each pass by itself.
   */
  filmsPerPass: number;
  /** GPU memory that a run should keep within, in MiB; 0 for one chosen from the adapter's limits. */
  gpuBudgetMiB: number;
}

export interface TrialSettings extends SampleSettings, TrainingSettings {}

/** Without how films are prepared: what decides which rows are learnt from. */
export function samplingOf(settings: SampleSettings): Omit<SampleSettings, keyof PreparationSettings> {
  const { target, positive, uncertain, blank, moreTargets, frontalOnly, validation, balance, freshEachEpoch, epochs, seed } =
    settings;
  return { target, positive, uncertain, blank, moreTargets, frontalOnly, validation, balance, freshEachEpoch, epochs, seed };
}

/** Of a trial's settings those of its sample. */
export function sampleSettingsOf(settings: SampleSettings): SampleSettings {
  return { ...samplingOf(settings), ...preparationOf(settings) };
}

export function preparationOf({ imageSize, fit, cropBorders, equalise, grading }: PreparationSettings): PreparationSettings {
  return { imageSize, fit, cropBorders, equalise, grading };
}

/** All that is learnt, a logit each, the main target first. */
export function targetsOf({ target, positive, uncertain, blank, moreTargets }: SampleSettings): TargetSettings[] {
  return [{ target, positive, uncertain, blank }, ...moreTargets];
}

export const DEFAULT_SETTINGS: TrialSettings = {
  target: "Cardiomegaly",
  positive: ["1"],
  uncertain: "ignore",
  blank: "negative",
  moreTargets: [],
  frontalOnly: false,
  validation: 0.1,
  balance: "undersample",
  freshEachEpoch: false,
  imageSize: 64,
  fit: "stretch",
  cropBorders: false,
  equalise: false,
  grading: "window",
  epochs: 3,
  seed: 0,
  arch: "densenet121",
  batchSize: 16,
  maxLr: 1e-3,
  weightDecay: 1e-2,
  betas: [0.9, 0.99],
  eps: 1e-8,
  divFactor: 25,
  pctStart: 0.3,
  finalDiv: 250_000,
  moms: [0.95, 0.85],
  checkpointEverySteps: 200,
  engine: "fused",
  activations: "f32",
  filmsPerPass: 0,
  gpuBudgetMiB: 0,
};

/** Mean and standard deviation of the three input channels, of films in [0, 1]: ImageNet's, as torchvision and fastai use them. */
export const NORMALISATION = {
  mean: [0.485, 0.456, 0.406] as [number, number, number],
  std: [0.229, 0.224, 0.225] as [number, number, number],
};
