// AdamW and SGD as torch.optim computes them, as pure {init, update} over one flat vector of all parameters.
// Decay falls on every parameter, BatchNorm's and biases too (fastai's bn_wd=True). Not a schedule: each step brings its own rates.
import * as tf from "@tensorflow/tfjs-core";
import type { OptimizerStep } from "./engine";

export type OptimizerState =
  | { name: "adamw"; steps: number; expAvg: tf.Tensor1D; expAvgSq: tf.Tensor1D }
  | { name: "sgd"; steps: number; momentumBuffer: tf.Tensor1D };

// A type, not an interface: only so is it a container of tensors to TF.js.
export type Updated = { parameters: tf.Tensor1D; state: OptimizerState };

/** The state before the first step: moments of zero. */
export function initOptimizer(name: OptimizerStep["name"], parameters: tf.Tensor1D): OptimizerState {
  return name === "adamw"
    ? { name, steps: 0, expAvg: tf.zerosLike(parameters), expAvgSq: tf.zerosLike(parameters) }
    : { name, steps: 0, momentumBuffer: tf.zerosLike(parameters) };
}

/**
 * One step. Disposes nothing.
 * @throws Error where the state belongs to the other optimiser
 */
export function updateParameters(
  parameters: tf.Tensor1D,
  gradient: tf.Tensor1D,
  state: OptimizerState,
  step: OptimizerStep,
): Updated {
  const steps = state.steps + 1;
  if (step.name === "adamw" && state.name === "adamw") {
    const { lr, beta1, beta2, eps, weightDecay } = step;
    // Each line gives back what it needed on the way: a temporary is as large as all the parameters.
    const expAvg = tf.tidy(() => tf.add<tf.Tensor1D>(tf.mul(state.expAvg, beta1), tf.mul(gradient, 1 - beta1)));
    const expAvgSq = tf.tidy(() => tf.add<tf.Tensor1D>(tf.mul(state.expAvgSq, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const updated = tf.tidy(() => {
      const denominator = tf.add(tf.div(tf.sqrt(expAvgSq), Math.sqrt(1 - beta2 ** steps)), eps);
      const change = tf.mul(tf.div(expAvg, denominator), lr / (1 - beta1 ** steps));
      return tf.sub<tf.Tensor1D>(tf.mul(parameters, 1 - lr * weightDecay), change);
    });
    return { parameters: updated, state: { name: "adamw", steps, expAvg, expAvgSq } };
  }
  if (step.name === "sgd" && state.name === "sgd") {
    const { lr, momentum, weightDecay } = step;
    const decayed = tf.add(gradient, tf.mul(parameters, weightDecay));
    const momentumBuffer: tf.Tensor1D = tf.add(tf.mul(state.momentumBuffer, momentum), decayed);
    return { parameters: tf.sub(parameters, tf.mul(momentumBuffer, lr)), state: { name: "sgd", steps, momentumBuffer } };
  }
  throw new Error(`A step of ${step.name} on the moments of ${state.name}`);
}
