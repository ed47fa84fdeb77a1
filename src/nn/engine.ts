// The one interface by which training, evaluation and the LR finder use a network. Not a model: `stockEngine.ts` is the readable one.
import { LabError } from "../protocol/labError";
import type { LossScale } from "../protocol/lossScale";
import { cutPasses, leastPass } from "../protocol/passes";
import type { Activations, Architecture, Arithmetic, Head, Normalisation } from "../protocol/settings";
import type { Random } from "./random";

/** A named float32 array in torchvision's layout (convolutions OIHW, linear [out, in]). */
export interface NamedArray {
  shape: number[];
  data: Float32Array;
}
/** Insertion order is torchvision's `state_dict()` order. `num_batches_tracked` is kept as a float32 of shape []. */
export type NamedArrays = Map<string, NamedArray>;

export type BatchImages =
  /** Grey films as bytes, [count, size, size]: normalised and spread to three channels on the GPU. */
  | { kind: "films"; data: Uint8Array; size: number }
  /** Already normalised, [count, 3, size, size], as PyTorch lays it out. For parity. */
  | { kind: "normalised"; data: Float32Array; size: number };

export interface Batch {
  count: number;
  images: BatchImages;
  /** [count, classes], from 0 to 1, or `UNKNOWN` where nothing is said: that counts for nothing in the loss. Not read in inference. */
  targets: Float32Array;
  /** How each film is moved and lit (augmentation), [count, MOVE_FLOATS] as kernels/films.ts has it; left out, films are as they are. */
  moves?: Float32Array;
  /** Each film is blended with another of the batch (mixup): `shares` of itself, the rest of it. Targets are blended already. */
  blend?: { partners: Uint32Array; shares: Float32Array };
  /** What dropout is drawn by; without it nothing is dropped. */
  random?: Random;
}

export const UNKNOWN = -1;

/** What a batch's loss is the mean over: its known targets, over all passes. At least 1, so that a batch of none loses nothing. */
export function countKnown({ targets }: Pick<Batch, "targets">): number {
  return Math.max(
    1,
    targets.reduce((count, target) => count + (target >= 0 ? 1 : 0), 0),
  );
}

/** fastai's layer groups of a DenseNet: up to the second block, from the second transition on, and the head. */
export const LAYER_GROUPS = 3;

/** What of the network a step changes, and by how much. Left out, all of it is trained alike. */
export interface StepScope {
  /** Factors of `lr`, a layer group each. */
  groupFactors?: readonly number[];
  /** Layer groups, from the first on, of which only BatchNorm is trained (fastai `freeze_to`, whose `train_bn` is on). */
  frozenGroups?: number;
  /** False: BatchNorm's parameters and all biases do not decay (fastai `bn_wd=False`). */
  decaysNorms?: boolean;
  /** Gradients of what is trained are scaled down to this Euclidean norm at most (torch `clip_grad_norm_`). */
  clipNorm?: number;
  /** After the step the moving average of weights and running statistics keeps this share of itself. Needs `EngineOptions.averages`. */
  averageDecay?: number;
  /** Moments begin anew with this step. */
  restarts?: boolean;
}

export type OptimizerStep = StepScope & OptimizerRule;

export type OptimizerRule =
  /** AdamW with decoupled decay (Loshchilov and Hutter 2019; torch.optim.AdamW): p *= 1 - lr*wd, then Adam with bias correction. */
  | { name: "adamw"; lr: number; beta1: number; beta2: number; eps: number; weightDecay: number }
  /** torch.optim.SGD, no dampening, no Nesterov: v = momentum*v + g + wd*p; p -= lr*v. */
  | { name: "sgd"; lr: number; momentum: number; weightDecay: number };

/** Everything a run needs to go on bit for bit. */
export interface EngineSnapshot {
  /** Parameters and BatchNorm statistics under torchvision's names. */
  model: NamedArrays;
  /** Moments, `exp_avg.<parameter>` and `exp_avg_sq.<parameter>` (AdamW) or `momentum_buffer.<parameter>` (SGD); empty before the first step. */
  optimizer: NamedArrays;
  optimizerSteps: number;
  /** Of an engine that multiplies halves. */
  lossScale?: LossScale;
  /** The model's moving average, under the model's names; empty where none is kept. */
  average: NamedArrays;
}

/** A network's arrays before any step was taken with it. */
export const beforeTraining = (model: NamedArrays): EngineSnapshot => ({
  model,
  optimizer: new Map(),
  optimizerSteps: 0,
  average: new Map(),
});

/** What one training step saw, for parity and tests; arrays in torchvision's layout. */
export interface StepObservation {
  /** [count, classes] */
  logits: Float32Array;
  /** Of what the step trains, clipped where it clips. */
  gradients: NamedArrays;
}

/** What the head pools of each film: the last feature maps, a cell every 32 pixels. */
export interface FeatureMaps {
  /** Cells a side. */
  side: number;
  channels: number;
  /** [count, side, side, channels] */
  data: Float32Array;
}

export interface EngineOptions {
  arch: Architecture;
  classes: number;
  /** Of each class: weight of its positive targets in the loss (torch `BCEWithLogitsLoss(pos_weight=...)`); by default 1. */
  positiveWeights?: readonly number[];
  /** By default `linear`. */
  head?: Head;
  /** Of films that come as bytes; by default `imagenet`. */
  normalisation?: Normalisation;
  /** Focal loss (torchvision `sigmoid_focal_loss`) in place of plain cross-entropy; `alpha` null for no weighting. */
  focal?: { gamma: number; alpha: number | null };
  /** A moving average of the weights is kept, and predicts. */
  averages?: boolean;
  /** Batches may blend films in pairs. */
  blends?: boolean;
  /** Of the fused engine: how activations are stored (default f32). */
  activations?: Activations;
  /** Of the fused engine: what its products multiply in (default f32). f16 needs a device with shader-f16. */
  arithmetic?: Arithmetic;
  /** Of the fused engine: sums over parts by subgroups, on a device that has them (default false). */
  subgroups?: boolean;
  /** Of the fused engine: films that the network sees at once (default all of a batch). */
  filmsPerPass?: number;
  /** Of the fused engine: bottlenecks and the stem's output are kept for the backward pass, or computed again, with the same bits; by default kept where that is within `budgetBytes`. */
  bottlenecks?: "keep" | "recompute";
  /** GPU memory that the engine should keep within. */
  budgetBytes?: number;
}

export function listPositiveWeights({ classes, positiveWeights }: EngineOptions): readonly number[] {
  return positiveWeights ?? Array<number>(classes).fill(1);
}

export interface BatchShape {
  count: number;
  /** Side of a film in pixels. */
  size: number;
}

/** What a network is to be used for: training, which validates too, or inference alone, which needs far less. */
export type EngineUse = "training" | "inference";

export interface PrepareOptions {
  /** What the first step will be taken with, where it is not a plain one of AdamW. */
  first?: OptimizerStep;
  /** Programs that are compiled, of how many. */
  onProgress?: (done: number, total: number) => void;
}

export interface Engine {
  readonly options: EngineOptions;
  /**
   * Takes the memory and compiles the programs that such batches need; without it the first step or prediction does.
   * @throws LabError outOfGpuMemory
   */
  prepare(shape: BatchShape, use: EngineUse, options?: PrepareOptions): Promise<void>;
  /**
   * One step: forward in training mode, the loss (mean over the known targets), backward, optimiser. Resolves to the loss.
   * A loss that is not finite is returned as it is; the caller decides. In halves, gradients beyond what these hold change no weight: the
   * next step's loss is scaled less (lossScale.ts).
   */
  trainStep(batch: Batch, optimizer: OptimizerStep, observe?: (seen: StepObservation) => void): Promise<number>;
  /** Inference mode, by the moving average where one is kept: logits [count, classes]. */
  predict(batch: Batch): Promise<Float32Array>;
  /** As `predict`, but what the head pools: what `norm5` gives, with the linear head after DenseNet's last ReLU (`poolsActivated`). */
  features(batch: Batch): Promise<FeatureMaps>;
  /** Reads all state back to the CPU. */
  snapshot(): Promise<EngineSnapshot>;
  /** Takes over a snapshot. A moving average that is kept but not in it begins at the model. @throws LabError weightsMismatch naming the first array whose name or shape differs */
  restore(snapshot: EngineSnapshot): void;
  /** Bytes allocated on the GPU, pooled buffers included, and live tensors. */
  memory(): { gpuBytes: number; tensors: number };
  dispose(): void;
}

/** @throws LabError badSettings where a training step on it has no meaning */
export function checkBatch({ count, images }: Batch, { filmsPerPass = 0, head = "linear" }: Partial<EngineOptions>): void {
  if (images.size < 32) {
    throw new LabError(
      "badSettings",
      `Films of ${images.size} pixels are too small for a DenseNet: choose 32 or more.`,
      "Image size",
    );
  }
  if (Math.min(...cutPasses(count, filmsPerPass)) < leastPass({ imageSize: images.size, head })) {
    throw new LabError(
      "badSettings",
      `${head === "fastai" ? "One film leaves the BatchNorm of fastai's head" : "One small film leaves BatchNorm"} a single value: choose 2 films or more.`,
      count < 2 ? "Batch size" : "Films per pass",
    );
  }
}
