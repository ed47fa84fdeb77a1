// Grad-CAM (Selvaraju et al. 2017): where in a film the evidence for a target lies, by the head's gradient at the last feature maps. On the CPU
// and the same for both engines, since a head is next to nothing beside its body.
import { NORM_EPSILON } from "./batchNorm";
import { findHead, LAST_LAYERS } from "./densenet";
import type { FeatureMaps, NamedArrays } from "./engine";

/**
 * Heat maps [count, side, side] of a target's logit z in inference mode: max(0, sum over channels k of a_k A_k), where A is what the head pools
 * and a_k the mean over the P cells of dz/dA_k.
 *
 * Unit: logits a cell. With the linear head a_k is w_k / P, so that this is CAM (Zhou et al. 2016) over P, and the cells of a film, before
 * those below 0 are cut off, add up to its logit less the bias. With fastai's head it is so to first order only.
 *
 * What it does not show: anything finer than a cell, which is 32 pixels wide and sees far more of the film than it covers; evidence against the
 * target, which is cut off; and whether the network is right. It says what moved this network, not what is in the film.
 *
 * @param arrays of the network, or its head's alone, under torchvision's names
 */
export function gradCam({ side, channels, data }: FeatureMaps, arrays: NamedArrays, target: number): Float32Array {
  const head = openHead(arrays, target);
  const cells = side * side;
  const maps = new Float32Array(data.length / channels);
  for (let film = 0; film * cells < maps.length; film++) {
    const features = data.subarray(film * cells * channels, (film + 1) * cells * channels);
    const slopes = head(features, channels);
    for (let cell = 0; cell < cells; cell++) {
      let sum = 0;
      for (let k = 0; k < channels; k++) sum += slopes[k]! * features[cell * channels + k]!;
      maps[film * cells + cell] = Math.max(0, sum / cells);
    }
  }
  return maps;
}

/** Of one film's features [cells, channels]: by how much the logit rises where a channel does so in all cells, [channels]. */
type Slopes = (features: Float32Array, channels: number) => ArrayLike<number>;

function openHead(arrays: NamedArrays, target: number): Slopes {
  const found = findHead(arrays);
  if (!found || target < 0 || target >= found.classes) throw new Error(`The network has no target ${target}`);
  return found.head === "linear" ? openLinear(arrays, target) : openFastai(arrays, target);
}

/** Row `row` of a linear layer's weights [out, in]. */
function rowOf(arrays: NamedArrays, layer: string, row: number): Float32Array {
  const { shape, data } = find(arrays, `${layer}.weight`);
  const inner = shape[1] ?? 0;
  return data.subarray(row * inner, (row + 1) * inner);
}

/** The mean over cells, and one layer. */
function openLinear(arrays: NamedArrays, target: number): Slopes {
  const weights = rowOf(arrays, LAST_LAYERS.linear, target);
  return () => weights;
}

/**
 * Maximum and mean over cells, BatchNorm, a hidden layer, ReLU, BatchNorm, and the last layer; nothing is dropped. A channel that rises in all
 * cells takes its maximum and its mean with it, wherever the maximum lies.
 */
function openFastai(arrays: NamedArrays, target: number): Slopes {
  const pooledNorm = openNorm(arrays, "head.2");
  const hiddenNorm = openNorm(arrays, "head.6");
  const biases = find(arrays, "head.4.bias").data;
  const weights = rowOf(arrays, LAST_LAYERS.fastai, target);
  return (features, channels) => {
    const pooled = poolConcat(features, channels);
    const kept = pooled.map((value, at) => value * pooledNorm.scales[at]! + pooledNorm.shifts[at]!);
    const slopes = new Float64Array(channels);
    biases.forEach((bias, unit) => {
      const row = rowOf(arrays, "head.4", unit);
      if (row.reduce((sum, weight, at) => sum + weight * kept[at]!, bias) <= 0) return;
      const slope = weights[unit]! * hiddenNorm.scales[unit]!;
      row.forEach((weight, at) => {
        slopes[at % channels]! += slope * weight * pooledNorm.scales[at]!;
      });
    });
    return slopes;
  };
}

/** fastai's `AdaptiveConcatPool2d`: maxima, then means. */
function poolConcat(features: Float32Array, channels: number): Float64Array {
  const pooled = new Float64Array(2 * channels).fill(Number.NEGATIVE_INFINITY, 0, channels);
  const cells = features.length / channels;
  features.forEach((value, at) => {
    const k = at % channels;
    pooled[k] = Math.max(pooled[k]!, value);
    pooled[channels + k]! += value / cells;
  });
  return pooled;
}

/** BatchNorm by its running statistics. */
function openNorm(arrays: NamedArrays, name: string): { scales: Float64Array; shifts: Float64Array } {
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (part) => find(arrays, `${name}.${part}`).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scales = Float64Array.from(weight, (scale, at) => scale / Math.sqrt(variance[at]! + NORM_EPSILON));
  return { scales, shifts: Float64Array.from(bias, (shift, at) => shift - mean[at]! * scales[at]!) };
}

function find(arrays: NamedArrays, name: string) {
  const array = arrays.get(name);
  if (!array) throw new Error(`No array ${name}`);
  return array;
}
