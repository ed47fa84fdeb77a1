// Binary cross-entropy with logits, as torch.nn.BCEWithLogitsLoss. Not a metric: accuracy and AUROC are counted elsewhere.
import * as tf from "@tensorflow/tfjs-core";

/**
 * Mean over all elements of (1 - t) z + (1 + (w - 1) t) softplus(-z): stable for logits of any size.
 * `logits` and `targets` are [count, classes]; `positiveWeight` w is torch's `pos_weight`.
 */
export function binaryCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D, positiveWeight: number): tf.Scalar {
  const weight = tf.add(tf.mul(targets, positiveWeight - 1), 1);
  const terms = tf.add(tf.mul(tf.sub(1, targets), logits), tf.mul(weight, tf.softplus(tf.neg(logits))));
  return tf.mean(terms);
}
