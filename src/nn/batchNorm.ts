// BatchNorm over [count, height, width, channels] with PyTorch's numbers (torch.nn.BatchNorm2d). Not the running statistics
// themselves: those are the engine's.
import * as tf from "@tensorflow/tfjs-core";

export const NORM_EPSILON = 1e-5;
/** Share of the new batch in the running statistics. */
export const NORM_MOMENTUM = 0.1;

export interface BatchStatistics {
  /** [channels] */
  mean: tf.Tensor1D;
  /** [channels], unbiased (divided by count*height*width - 1): what PyTorch keeps as running variance. */
  variance: tf.Tensor1D;
}

/** Sum over all but the channels, [1, 1, 1, channels]: TF.js broadcasts a vector of one axis by a slower program. */
function sumPixels(x: tf.Tensor4D): tf.Tensor4D {
  return tf.sum(x, [0, 1, 2], true);
}

/**
 * Normalises by the batch's own mean and biased variance. `onStatistics` gets kept tensors, which the caller disposes.
 * Gradient: Ioffe and Szegedy 2015, section 3: with g = scale/sigma over m pixels,
 * dx = g dy - (xhat g dscale/m + g dshift/m), and what is subtracted is itself a BatchNorm of x.
 */
export function normaliseBatch(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D,
  onStatistics: (statistics: BatchStatistics) => void,
): tf.Tensor4D {
  const pixels = x.shape[0] * x.shape[1] * x.shape[2];
  const apply = tf.customGrad((...args) => {
    const [x, scale, shift, save] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc];
    const mean: tf.Tensor4D = tf.mean(x, [0, 1, 2], true);
    const variance: tf.Tensor4D = tf.mean(tf.squaredDifference(x, mean), [0, 1, 2], true);
    onStatistics({
      mean: tf.keep(tf.reshape(mean, [-1])),
      variance: tf.keep(tf.reshape(tf.mul(variance, pixels / (pixels - 1)), [-1])),
    });
    save([x, scale, mean, variance]);
    return {
      value: tf.batchNorm(x, mean, variance, shift, scale, NORM_EPSILON),
      gradFunc: (dy: tf.Tensor4D, saved: tf.Tensor[]) => {
        const [x, scale, mean, variance] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
        const xhat = tf.batchNorm(x, mean, variance, undefined, undefined, NORM_EPSILON);
        const dScale = sumPixels(tf.mul(dy, xhat));
        const dShift = sumPixels(dy);
        const g: tf.Tensor4D = tf.mul(scale, tf.rsqrt(tf.add(variance, NORM_EPSILON)));
        const share: tf.Tensor4D = tf.div(g, pixels);
        const common = tf.batchNorm(x, mean, variance, tf.mul(share, dShift), tf.mul(share, dScale), NORM_EPSILON);
        return [tf.sub(tf.mul(dy, g), common), dScale, dShift];
      },
    };
  });
  const channels = [1, 1, 1, scale.size];
  return apply(x, tf.reshape(scale, channels), tf.reshape(shift, channels)) as tf.Tensor4D;
}
