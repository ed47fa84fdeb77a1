// What a person can set before a trial, with its defaults. Every field goes into the trial's file, so names are kept stable.

export const ARCHITECTURES = ["densenet121", "densenet161", "densenet169", "densenet201", "densenet-mini"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** `fused`: own kernels; `stock`: plain TF.js operations, slow and large, the readable definition of the same network. */
export const ENGINES = ["fused", "stock"] as const;
export type EngineName = (typeof ENGINES)[number];

/** How activations wait on the GPU for the backward pass: whole floats, or halves at some cost in accuracy. */
export const ACTIVATIONS = ["f32", "f16"] as const;
export type Activations = (typeof ACTIVATIONS)[number];

/** What convolutions multiply in, forward and backward: floats, or halves (WebGPU's shader-f16), of which sixteen products at a time are summed before they join a float. */
export const ARITHMETICS = ["f32", "f16"] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** Nothing stored or multiplied in halves: what files of others are held to. */
export const IN_FLOATS = { activations: "f32", arithmetic: "f32" } as const satisfies Partial<TrialSettings>;

/** What every graphics card computes, whether it was checked or not (gpuFeatures.ts). */
export const WITHOUT_FEATURES = { arithmetic: "f32", subgroups: false } as const satisfies Partial<TrialSettings>;

/** It knows neither passes nor halves nor subgroups, and a trial of it must not claim them. */
export const PLAIN_MODEL = {
  engine: "stock",
  filmsPerPass: 0,
  ...IN_FLOATS,
  ...WITHOUT_FEATURES,
} as const satisfies Partial<TrialSettings>;

/** `linear`: torchvision's classifier. `fastai`: its `cnn_learner`'s: mean and maximum, BatchNorm, dropout, and a hidden layer of 512. */
export const HEADS = ["linear", "fastai"] as const;
export type Head = (typeof HEADS)[number];

/**
 * How a film's greys, in [0, 1], become the three input channels. `imagenet`: by ImageNet's mean and deviation, as torchvision, timm and fastai
 * do. `xrv`: to [-1024, 1024], all channels alike, as torchxrayvision does (`datasets.normalize`).
 */
export const NORMALISATIONS = ["imagenet", "xrv"] as const;
export type Normalisation = (typeof NORMALISATIONS)[number];

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

export const FITS = ["stretch", "letterbox", "crop"] as const;

/** How a film's file becomes the square of bytes that the network sees. */
export interface PreparationSettings {
  /** Side of the square in pixels. */
  imageSize: number;
  /**
   * `stretch`: width and height to the side, each by itself, as fastai does; `letterbox`: in proportion, black beside; `crop`: the square in
   * the middle, as torchxrayvision does (`XRayCenterCrop`).
   */
  fit: (typeof FITS)[number];
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
  /** Films whose label was found doubtful, by their paths as the label CSV writes them: neither learnt from nor validated with. */
  doubtful: string[];
  /** Share of the patients held out for validation (0 < share < 1), the dataset's own valid.csv, or all films: a test set. */
  validation: number | "own" | "all";
  /**
   * The share is held out of the patients with a positive film of the main target, and of the others, each by itself; else of all alike,
   * so that a patient stays on one side when target or policy change.
   */
  stratify: boolean;
  balance: Balance;
  /** With `undersample`: draw other films of the majority class each epoch, so that in time all are seen. */
  freshEachEpoch: boolean;
  /** Epochs to train; with `freshEachEpoch` it also decides which films are prepared. */
  epochs: number;
  seed: number;
}

/** How the rate goes from the first step of a phase to its last; fastai's `fit_one_cycle`, `fit_flat_cos` and `fit`, the last also with `ReduceLROnPlateau`. */
export const SCHEDULES = ["oneCycle", "flatCos", "constant", "plateau"] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

/** Learning rate and momentum over the run. */
export interface ScheduleSettings {
  schedule: ScheduleName;
  maxLr: number;
  /** One-cycle: the rate begins at `maxLr / divFactor`, rises for `pctStart` of the steps, and ends at `maxLr / finalDiv`. */
  divFactor: number;
  pctStart: number;
  finalDiv: number;
  /** One-cycle: momentum (beta1) at the ends and in the middle of the cycle. */
  moms: [number, number];
  /** Flat, then cosine: for `flatPct` of the steps the rate is `maxLr`, and it ends at `maxLr / flatFinalDiv`. */
  flatPct: number;
  flatFinalDiv: number;
  /** Plateau: after so many epochs without a lower validation loss the rate is multiplied by `plateauFactor`. */
  plateauPatience: number;
  plateauFactor: number;
}

/** What of a network that was trained before is trained anew, and at which rates (fastai's layer groups). */
export interface TransferSettings {
  /** fastai's `slice(sliceFrom, maxLr)`: the rate of the first layer group, spread geometrically up to the head's; 0 for one rate. */
  sliceFrom: number;
  /** Epochs at the start in which only the head and BatchNorm are trained; then all is, in a cycle of its own. */
  freezeEpochs: number;
}

/**
 * How films are varied anew each epoch, on the GPU: fastai's `get_transforms`, each change drawn with probability `augmentP`. 0, and 1 for
 * zoom, is none.
 */
export interface AugmentationSettings {
  /** Degrees to either side at most. */
  rotate: number;
  /** Enlarged by so much at most. */
  zoom: number;
  /** Share of the side, along each axis, to either side at most. */
  shift: number;
  /** fastai's `brightness` and `contrast`: as there, 0.2 is usual. */
  lighting: number;
  contrast: number;
  /** fastai's `symmetric_warp`: magnitude at most. */
  warp: number;
  /** Left to right; half of the films. The heart changes sides. */
  flip: boolean;
  augmentP: number;
  /** Mixup's alpha (Zhang et al. 2018): two films and their labels are blended; 0 for none, fastai's is 0.4. */
  mixup: number;
}

export const LOSSES = ["bce", "focal"] as const;
export type LossName = (typeof LOSSES)[number];

export interface LossSettings {
  /** Binary cross-entropy, or focal loss (Lin et al. 2017; torchvision `sigmoid_focal_loss`). */
  loss: LossName;
  focalGamma: number;
  /** Weight of the positive class in focal loss; below 0 for none. */
  focalAlpha: number;
  /** Labels 0 and 1 are taken as e/2 and 1 - e/2 (Szegedy et al. 2016). */
  labelSmoothing: number;
}

/** By which metric of the validation one epoch is better than another. */
export const METRICS = ["auroc", "validLoss", "accuracy"] as const;
export type MetricName = (typeof METRICS)[number];

/** What of a run is kept, and when it ends before its last epoch. */
export interface KeepingSettings {
  keepBest: MetricName;
  /** Ends after so many epochs without one that is better by `keepBest`; 0 for never. */
  earlyStop: number;
  /** Weights of so many of the last epochs are kept to be averaged; 0 for none. */
  averageLast: number;
  /** A checkpoint is written every so many steps, and at each epoch's end. */
  checkpointEverySteps: number;
}

/** How a trial is trained. Defaults are fastai v1's (fit_one_cycle, AdamW). */
export interface TrainingSettings
  extends ScheduleSettings,
    TransferSettings,
    AugmentationSettings,
    LossSettings,
    KeepingSettings {
  arch: Architecture;
  head: Head;
  normalisation: Normalisation;
  batchSize: number;
  weightDecay: number;
  /** Whether decay falls on BatchNorm and biases too (fastai's `bn_wd`). */
  normDecay: boolean;
  betas: [number, number];
  eps: number;
  /** Gradients are scaled down to this norm at most (torch `clip_grad_norm_`); 0 for never. */
  clipNorm: number;
  /** Share that a moving average of the weights keeps of itself at each step, such as 0.999; 0 for none. */
  averageDecay: number;
  engine: EngineName;
  activations: Activations;
  /** f16 only on a card whose check passed for it (gpuFeatures.ts), as are `subgroups`. */
  arithmetic: Arithmetic;
  /** BatchNorm's sums over parts by WebGPU's subgroups. */
  subgroups: boolean;
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
  const { target, positive, uncertain, blank, moreTargets, frontalOnly, doubtful } = settings;
  const { validation, stratify, balance, freshEachEpoch, epochs, seed } = settings;
  return {
    target,
    positive,
    uncertain,
    blank,
    moreTargets,
    frontalOnly,
    doubtful,
    validation,
    stratify,
    balance,
    freshEachEpoch,
    epochs,
    seed,
  };
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

export const NO_AUGMENTATION: AugmentationSettings = {
  rotate: 0,
  zoom: 1,
  shift: 0,
  lighting: 0,
  contrast: 0,
  warp: 0,
  flip: false,
  augmentP: 0.75,
  mixup: 0,
};

/** fastai v1's `get_transforms()`, but for the flip. */
export const FASTAI_AUGMENTATION: AugmentationSettings = {
  ...NO_AUGMENTATION,
  rotate: 10,
  zoom: 1.1,
  lighting: 0.2,
  contrast: 0.2,
  warp: 0.2,
};

export const DEFAULT_SETTINGS: TrialSettings = {
  target: "Cardiomegaly",
  positive: ["1"],
  uncertain: "ignore",
  blank: "negative",
  moreTargets: [],
  frontalOnly: false,
  validation: 0.1,
  stratify: false,
  doubtful: [],
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
  head: "linear",
  normalisation: "imagenet",
  batchSize: 16,
  schedule: "oneCycle",
  maxLr: 1e-3,
  divFactor: 25,
  pctStart: 0.3,
  finalDiv: 250_000,
  moms: [0.95, 0.85],
  flatPct: 0.75,
  flatFinalDiv: 1e5,
  plateauPatience: 1,
  plateauFactor: 0.2,
  sliceFrom: 0,
  freezeEpochs: 0,
  ...NO_AUGMENTATION,
  loss: "bce",
  focalGamma: 2,
  focalAlpha: 0.25,
  labelSmoothing: 0,
  weightDecay: 1e-2,
  normDecay: true,
  betas: [0.9, 0.99],
  eps: 1e-8,
  clipNorm: 0,
  averageDecay: 0,
  keepBest: "auroc",
  earlyStop: 0,
  averageLast: 0,
  checkpointEverySteps: 200,
  engine: "fused",
  activations: "f32",
  ...WITHOUT_FEATURES,
  filmsPerPass: 0,
  gpuBudgetMiB: 0,
};

/** What is taken off each input channel, and what it is then divided by; films are in [0, 1]. */
export interface ChannelMoments {
  mean: [number, number, number];
  std: [number, number, number];
}

export const CHANNEL_MOMENTS: Record<Normalisation, ChannelMoments> = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  xrv: { mean: [0.5, 0.5, 0.5], std: [1 / 2048, 1 / 2048, 1 / 2048] },
};
