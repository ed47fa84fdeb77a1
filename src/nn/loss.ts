// Binary cross-entropy with logits, as torch.nn.BCEWithLogitsLoss, and focal loss by it. Not a metric: accuracy and AUROC are counted elsewhere.
import * as tf from "@tensorflow/tfjs-core";
import type { EngineOptions } from "./engine";

type Focal = NonNullable<EngineOptions["focal"]>;

/**
 * Mean over the `known` targets of (1 - t) z + (1 + (w - 1) t) softplus(-z): stable for logits of any size. `logits` and `targets` are
 * [count, classes], a target below 0 is unknown and adds nothing; `positiveWeights` w, one a class, is torch's `pos_weight`. With `focal`
 * each is multiplied as Lin et al. 2017 do.
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  positiveWeights: readonly number[],
  known: number,
  focal?: Focal,
): tf.Scalar {
  const positive = tf.relu(targets);
  const excess = positiveWeights.map((weight) => weight - 1);
  const weight = tf.add(tf.mul(positive, excess), 1);
  const terms = tf.add(tf.mul(tf.sub(1, positive), logits), tf.mul(weight, tf.softplus(tf.neg(logits))));
  const focused = focal ? tf.mul(terms, focus(logits, positive, focal)) : terms;
  return tf.div(tf.sum(tf.mul(focused, tf.greaterEqual(targets, 0))), known);
}

/** The smallest normal float: keeps a logarithm finite. */
const LEAST = 2 ** -126;

/** torchvision's `sigmoid_focal_loss`: a * q^gamma, where q is what the probability misses, and a is alpha of the positive, 1 - alpha of the others. */
function focus(logits: tf.Tensor2D, positive: tf.Tensor2D, { gamma, alpha }: Focal): tf.Tensor2D {
  const mix = (ofPositive: tf.Tensor | number, ofOthers: tf.Tensor | number) =>
    tf.add<tf.Tensor2D>(tf.mul(positive, ofPositive), tf.mul(tf.sub(1, positive), ofOthers));
  const missed = tf.maximum(mix(tf.sigmoid(tf.neg(logits)), tf.sigmoid(logits)), LEAST);
  const power = tf.exp<tf.Tensor2D>(tf.mul(tf.log(missed), gamma));
  return alpha === null ? power : tf.mul(power, mix(alpha, 1 - alpha));
}
