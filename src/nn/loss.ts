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
  const terms = focal ? focalTerms(logits, positive, positiveWeights, focal) : plainTerms(logits, positive, positiveWeights);
  return tf.div(tf.sum(tf.mul(terms, tf.greaterEqual(targets, 0))), known);
}

function plainTerms(logits: tf.Tensor2D, positive: tf.Tensor2D, positiveWeights: readonly number[]): tf.Tensor {
  const excess = positiveWeights.map((weight) => weight - 1);
  const weight = tf.add(tf.mul(positive, excess), 1);
  return tf.add(tf.mul(tf.sub(1, positive), logits), tf.mul(weight, tf.softplus(tf.neg(logits))));
}

/** The smallest normal float: keeps a logarithm finite. */
const LEAST = 2 ** -126;

/**
 * torchvision's `sigmoid_focal_loss`: a * q^gamma times cross-entropy, where q is what the probability misses, and a is alpha of the positive,
 * 1 - alpha of the others. It is not linear in its target, so one between 0 and 1 weighs the losses of both classes, as fastai does for mixup
 * and smoothed labels.
 */
function focalTerms(
  logits: tf.Tensor2D,
  positive: tf.Tensor2D,
  positiveWeights: readonly number[],
  { gamma, alpha }: Focal,
): tf.Tensor {
  /** Of the class whose logit is the opposite of `against`. */
  const lose = (against: tf.Tensor2D) =>
    tf.mul(tf.exp(tf.mul(tf.log(tf.maximum(tf.sigmoid(against), LEAST)), gamma)), tf.softplus(against));
  const ofPositives = tf.mul(
    lose(tf.neg(logits)),
    tf.mul(
      positive,
      positiveWeights.map((weight) => weight * (alpha ?? 1)),
    ),
  );
  const ofOthers = tf.mul(lose(logits), tf.mul(tf.sub(1, positive), alpha === null ? 1 : 1 - alpha));
  return tf.add(ofPositives, ofOthers);
}
