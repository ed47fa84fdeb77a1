// The one interface by which training, evaluation and the LR finder use a network. Not a model: `stockEngine.ts` is the readable one.
import { LabError } from "../protocol/labError";
import { cutPasses, leastPass } from "../protocol/passes";
import type { Activations, Architecture } from "../protocol/settings";

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
  /** [count, classes], 0 or 1, or `UNKNOWN` where nothing is said: that counts for nothing in the loss. Not read in inference. */
  targets: Float32Array;
}

export const UNKNOWN = -1;

/** What a batch's loss is the mean over: its known targets, over all passes. At least 1, so that a batch of none loses nothing. */
export function countKnown({ targets }: Pick<Batch, "targets">): number {
  return Math.max(
    1,
    targets.reduce((count, target) => count + (target >= 0 ? 1 : 0), 0),
  );
}

export type OptimizerStep =
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
}

/** What one training step saw, for parity and tests; arrays in torchvision's layout. */
export interface StepObservation {
  /** [count, classes] */
  logits: Float32Array;
  gradients: NamedArrays;
}

export interface EngineOptions {
  arch: Architecture;
  classes: number;
  /** Of each class: weight of its positive targets in the loss (torch `BCEWithLogitsLoss(pos_weight=...)`); by default 1. */
  positiveWeights?: readonly number[];
  /** Of the fused engine: how activations are stored (default f32). */
  activations?: Activations;
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

export interface Engine {
  readonly options: EngineOptions;
  /**
   * Takes the memory and compiles the programs that such batches need; without it the first step or prediction does.
   * @throws LabError outOfGpuMemory
   */
  prepare(shape: BatchShape, use: EngineUse, onProgress?: (done: number, total: number) => void): Promise<void>;
  /**
   * One step: forward in training mode, BCE with logits (mean over the known targets), backward, optimiser. Resolves to the loss.
   * A loss that is not finite is returned as it is; the caller decides.
   */
  trainStep(batch: Batch, optimizer: OptimizerStep, observe?: (seen: StepObservation) => void): Promise<number>;
  /** Inference mode: logits [count, classes]. */
  predict(batch: Batch): Promise<Float32Array>;
  /** Reads all state back to the CPU. */
  snapshot(): Promise<EngineSnapshot>;
  /** Takes over a snapshot. @throws LabError weightsMismatch naming the first array whose name or shape differs */
  restore(snapshot: EngineSnapshot): void;
  /** Bytes allocated on the GPU, pooled buffers included, and live tensors. */
  memory(): { gpuBytes: number; tensors: number };
  dispose(): void;
}

/** @throws LabError badSettings where a training step on it has no meaning */
export function checkBatch({ count, images }: Batch, filmsPerPass = 0): void {
  if (images.size < 32) {
    throw new LabError(
      "badSettings",
      `Films of ${images.size} pixels are too small for a DenseNet: choose 32 or more.`,
      "Image size",
    );
  }
  if (Math.min(...cutPasses(count, filmsPerPass)) < leastPass(images.size)) {
    throw new LabError(
      "badSettings",
      "One small film leaves BatchNorm a single value: choose 2 films or more.",
      count < 2 ? "Batch size" : "Films per pass",
    );
  }
}
