// Binary cross-entropy with logits, as torch.nn.BCEWithLogitsLoss. Not a metric: accuracy and AUROC are counted elsewhere.
import * as tf from "@tensorflow/tfjs-core";

/**
 * Mean over the `known` targets of (1 - t) z + (1 + (w - 1) t) softplus(-z): stable for logits of any size. `logits` and `targets` are
 * [count, classes], a target below 0 is unknown and adds nothing; `positiveWeights` w, one a class, is torch's `pos_weight`.
 */
export function binaryCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  positiveWeights: readonly number[],
  known: number,
): tf.Scalar {
  const positive = tf.relu(targets);
  const excess = positiveWeights.map((weight) => weight - 1);
  const weight = tf.add(tf.mul(positive, excess), 1);
  const terms = tf.add(tf.mul(tf.sub(1, positive), logits), tf.mul(weight, tf.softplus(tf.neg(logits))));
  return tf.div(tf.sum(tf.mul(terms, tf.greaterEqual(targets, 0))), known);
}
