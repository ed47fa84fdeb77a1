// DenseNet (Huang et al. 2017) as torchvision's models/densenet.py builds it: one block configuration, a table of networks, and
// the network as a function of named arrays. Not a layer object: it holds no weights and no state.
import * as tf from "@tensorflow/tfjs-core";
import { type Architecture, HEADS, type Head } from "../protocol/settings";
import { DROPOUT } from "./dropout";
import { countElements } from "./numberTypes";

export interface DenseNetSpec {
  /** Channels that each dense layer adds (`growth_rate`). */
  growth: number;
  /** Dense layers in each block (`block_config`). */
  blocks: readonly number[];
  /** Channels of the stem (`num_init_features`). */
  initialFeatures: number;
  /** A bottleneck has bnSize * growth channels (`bn_size`). */
  bnSize: number;
}

export const DENSENETS: Record<Architecture, DenseNetSpec> = {
  densenet121: { growth: 32, blocks: [6, 12, 24, 16], initialFeatures: 64, bnSize: 4 },
  densenet161: { growth: 48, blocks: [6, 12, 36, 24], initialFeatures: 96, bnSize: 4 },
  densenet169: { growth: 32, blocks: [6, 12, 32, 32], initialFeatures: 64, bnSize: 4 },
  densenet201: { growth: 32, blocks: [6, 12, 48, 32], initialFeatures: 64, bnSize: 4 },
  "densenet-mini": { growth: 8, blocks: [1, 1, 2, 2], initialFeatures: 8, bnSize: 2 },
};

/** What an array is: parameters are trained, statistics are BatchNorm's, `batches` is its `num_batches_tracked`. */
export type ArrayRole =
  | "convolution"
  | "normScale"
  | "normShift"
  | "linearWeight"
  | "linearBias"
  | "runningMean"
  | "runningVariance"
  | "batches";

export interface ArraySpec {
  /** torchvision's name, or of fastai's head `head` and its place. */
  name: string;
  /** torchvision's layout: convolutions [out, in, height, width], linear [out, in]. */
  shape: number[];
  role: ArrayRole;
  /** Linear weights drawn by `kaiming_normal_` (fastai `apply_init`); others as `torch.nn.Linear` draws its own. */
  kaiming?: true;
}

/** BatchNorm's running figures, which no gradient changes. */
const STATISTICS: ReadonlySet<ArrayRole> = new Set(["runningMean", "runningVariance", "batches"]);

export const isParameter = ({ role }: Pick<ArraySpec, "role">): boolean => !STATISTICS.has(role);

/** Numbers that training changes by gradient. */
export const countParameters = (arrays: readonly ArraySpec[]): number =>
  arrays.filter(isParameter).reduce((sum, { shape }) => sum + countElements(shape), 0);

/** fastai's `create_head`: channels of the hidden layer. */
export const HIDDEN_CHANNELS = 512;

/** The linear layer that gives the logits. */
export const LAST_LAYERS: Record<Head, string> = { linear: "classifier", fastai: "head.8" };

/** The head that arrays of these names are of, with its classes by the rows of its last layer; null where they are of none. */
export function findHead(arrays: ReadonlyMap<string, Pick<ArraySpec, "shape">>): { head: Head; classes: number } | null {
  for (const head of HEADS) {
    const classes = arrays.get(`${LAST_LAYERS[head]}.weight`)?.shape[0];
    if (classes) return { head, classes };
  }
  return null;
}

/**
 * Every array of the network, in the order of torchvision's `state_dict()`; those of fastai's head under their places in its
 * `nn.Sequential`: 2 BatchNorm, 4 linear, 6 BatchNorm, 8 linear.
 */
export function listArrays(spec: DenseNetSpec, classes: number, head: Head = "linear"): ArraySpec[] {
  const arrays: ArraySpec[] = [];
  const convolution = (name: string, out: number, input: number, side: number) =>
    arrays.push({ name: `${name}.weight`, shape: [out, input, side, side], role: "convolution" });
  const norm = (name: string, channels: number) =>
    arrays.push(
      { name: `${name}.weight`, shape: [channels], role: "normScale" },
      { name: `${name}.bias`, shape: [channels], role: "normShift" },
      { name: `${name}.running_mean`, shape: [channels], role: "runningMean" },
      { name: `${name}.running_var`, shape: [channels], role: "runningVariance" },
      { name: `${name}.num_batches_tracked`, shape: [], role: "batches" },
    );

  const linear = (name: string, out: number, input: number, drawn: Pick<ArraySpec, "kaiming"> = {}) =>
    arrays.push(
      { name: `${name}.weight`, shape: [out, input], role: "linearWeight", ...drawn },
      { name: `${name}.bias`, shape: [out], role: "linearBias" },
    );

  let channels = spec.initialFeatures;
  convolution("features.conv0", channels, 3, 7);
  norm("features.norm0", channels);
  spec.blocks.forEach((layers, b) => {
    const bottleneck = spec.bnSize * spec.growth;
    for (let l = 1; l <= layers; l++) {
      const layer = `features.denseblock${b + 1}.denselayer${l}`;
      norm(`${layer}.norm1`, channels);
      convolution(`${layer}.conv1`, bottleneck, channels, 1);
      norm(`${layer}.norm2`, bottleneck);
      convolution(`${layer}.conv2`, spec.growth, bottleneck, 3);
      channels += spec.growth;
    }
    if (b === spec.blocks.length - 1) return;
    const half = Math.floor(channels / 2);
    norm(`features.transition${b + 1}.norm`, channels);
    convolution(`features.transition${b + 1}.conv`, half, channels, 1);
    channels = half;
  });
  norm("features.norm5", channels);
  if (head === "linear") {
    linear(LAST_LAYERS.linear, classes, channels);
    return arrays;
  }
  norm("head.2", 2 * channels);
  linear("head.4", HIDDEN_CHANNELS, 2 * channels, { kaiming: true });
  norm("head.6", HIDDEN_CHANNELS);
  linear(LAST_LAYERS.fastai, classes, HIDDEN_CHANNELS, { kaiming: true });
  return arrays;
}

/** How the network reaches its weights: on the GPU convolutions lie as [height, width, in, out], linear as [in, out]. */
export interface DenseNetInputs {
  /** A parameter by torchvision's name, e.g. "features.conv0.weight". */
  parameter<R extends tf.Rank>(name: string): tf.Tensor<R>;
  /** BatchNorm by torchvision's name, e.g. "features.norm0": in training by batch statistics, in inference by running ones. */
  normalise(x: tf.Tensor4D, name: string): tf.Tensor4D;
  /** Dropout with this probability; in inference nothing is dropped. */
  drop(x: tf.Tensor2D, probability: number): tf.Tensor2D;
}

/**
 * DenseNet's last ReLU is in torchvision's `forward`, not in `features`, which is all that fastai's `create_body(densenet, cut=-1)` takes: so
 * its head has none before it.
 */
export const poolsActivated = (head: Head): boolean => head === "linear";

/** Logits [count, classes] of normalised images [count, height, width, 3], at least 32 pixels a side. */
export function denseNet(spec: DenseNetSpec, images: tf.Tensor4D, inputs: DenseNetInputs, head: Head = "linear"): tf.Tensor2D {
  return APPLY_HEAD[head](denseFeatures(spec, images, inputs, head), inputs);
}

/** What the head pools of the images, [count, side, side, channels]. */
export function denseFeatures(
  spec: DenseNetSpec,
  images: tf.Tensor4D,
  inputs: DenseNetInputs,
  head: Head = "linear",
): tf.Tensor4D {
  const { parameter, normalise } = inputs;
  const convolve = (x: tf.Tensor4D, name: string, stride: number, pad: number) =>
    tf.conv2d(x, parameter<tf.Rank.R4>(`${name}.weight`), stride, pad);
  const activate = (x: tf.Tensor4D, name: string) => tf.relu(normalise(x, name));

  const stem = activate(convolve(images, "features.conv0", 2, 3), "features.norm0");
  let x = tf.maxPool(stem, 3, 2, 1);
  spec.blocks.forEach((layers, b) => {
    for (let l = 1; l <= layers; l++) {
      const layer = `features.denseblock${b + 1}.denselayer${l}`;
      const bottleneck = convolve(activate(x, `${layer}.norm1`), `${layer}.conv1`, 1, 0);
      const added = convolve(activate(bottleneck, `${layer}.norm2`), `${layer}.conv2`, 1, 1);
      x = tf.concat([x, added], 3);
    }
    if (b === spec.blocks.length - 1) return;
    const transition = `features.transition${b + 1}`;
    x = tf.avgPool(convolve(activate(x, `${transition}.norm`), `${transition}.conv`, 1, 0), 2, 2, "valid");
  });
  return poolsActivated(head) ? activate(x, "features.norm5") : normalise(x, "features.norm5");
}

const linear = (x: tf.Tensor2D, name: string, { parameter }: DenseNetInputs): tf.Tensor2D =>
  tf.add(tf.matMul(x, parameter<tf.Rank.R2>(`${name}.weight`)), parameter(`${name}.bias`));

/** Logits of what the head pools. */
const APPLY_HEAD: Record<Head, (features: tf.Tensor4D, inputs: DenseNetInputs) => tf.Tensor2D> = {
  linear: (features, inputs) => linear(tf.mean(features, [1, 2]), LAST_LAYERS.linear, inputs),

  /** fastai v1's `create_head(2 * channels, classes)`. */
  fastai(features, inputs) {
    const [count, height, width] = features.shape;
    const normalise = (x: tf.Tensor2D, name: string): tf.Tensor2D =>
      tf.reshape(inputs.normalise(tf.reshape(x, [count, 1, 1, -1]), name), [count, -1]);
    const largest = tf.maxPool(features, [height, width], 1, "valid");
    const pooled: tf.Tensor2D = tf.reshape(tf.concat([largest, tf.mean(features, [1, 2], true)], 3), [count, -1]);
    const kept = inputs.drop(normalise(pooled, "head.2"), DROPOUT.pooled);
    const hidden = tf.relu(linear(kept, "head.4", inputs));
    return linear(inputs.drop(normalise(hidden, "head.6"), DROPOUT.hidden), LAST_LAYERS.fastai, inputs);
  },
};
