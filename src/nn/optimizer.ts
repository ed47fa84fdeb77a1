// AdamW and SGD as torch.optim computes them, as pure {init, update} over one flat vector of all parameters, or spans of it.
// Not a schedule: each step brings its own rates.
import * as tf from "@tensorflow/tfjs-core";
import type { OptimizerRule, OptimizerStep } from "./engine";
import { type Span, stepOf } from "./layerGroups";
import { MOMENTS } from "./moments";

// Types, not interfaces: only so are they containers of tensors to TF.js.
export type OptimizerState = {
  name: OptimizerRule["name"];
  steps: number;
  /** In the order of MOMENTS. */
  moments: tf.Tensor1D[];
};
export type Updated = { parameters: tf.Tensor1D; state: OptimizerState };

/** The state before the first step: moments of zero. */
export function initOptimizer(name: OptimizerRule["name"], parameters: tf.Tensor1D): OptimizerState {
  return { name, steps: 0, moments: MOMENTS[name].map(() => tf.zerosLike(parameters)) };
}

/**
 * One step. Disposes nothing.
 * @throws Error where the state belongs to the other optimiser
 */
export function updateParameters(
  parameters: tf.Tensor1D,
  gradient: tf.Tensor1D,
  state: OptimizerState,
  step: OptimizerRule,
): Updated {
  if (step.name !== state.name) throw new Error(`A step of ${step.name} on the moments of ${state.name}`);
  const steps = state.steps + 1;
  if (step.name === "adamw") {
    const [first, second] = state.moments as [tf.Tensor1D, tf.Tensor1D];
    const { lr, beta1, beta2, eps, weightDecay } = step;
    // Each line gives back what it needed on the way: a temporary is as large as all the parameters.
    const expAvg = tf.tidy(() => tf.add<tf.Tensor1D>(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1)));
    const expAvgSq = tf.tidy(() => tf.add<tf.Tensor1D>(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
    const updated = tf.tidy(() => {
      const denominator = tf.add(tf.div(tf.sqrt(expAvgSq), Math.sqrt(1 - beta2 ** steps)), eps);
      const change = tf.mul(tf.div(expAvg, denominator), lr / (1 - beta1 ** steps));
      return tf.sub<tf.Tensor1D>(tf.mul(parameters, 1 - lr * weightDecay), change);
    });
    return { parameters: updated, state: { name: "adamw", steps, moments: [expAvg, expAvgSq] } };
  }
  const [before] = state.moments as [tf.Tensor1D];
  const { lr, momentum, weightDecay } = step;
  const decayed = tf.add(gradient, tf.mul(parameters, weightDecay));
  const momentumBuffer: tf.Tensor1D = tf.add(tf.mul(before, momentum), decayed);
  return {
    parameters: tf.sub(parameters, tf.mul(momentumBuffer, lr)),
    state: { name: "sgd", steps, moments: [momentumBuffer] },
  };
}

/**
 * One step over spans that follow upon each other from the first parameter to the last; what is not trained stays as it is. Disposes
 * nothing.
 */
export function updateSpans(
  parameters: tf.Tensor1D,
  gradient: tf.Tensor1D,
  state: OptimizerState,
  step: OptimizerStep,
  spans: readonly Span[],
): Updated {
  const parts = spans.map((span): Updated => {
    const cut = (vector: tf.Tensor1D) => tf.slice1d(vector, span.first, span.size);
    const before = { parameters: cut(parameters), state: { ...state, moments: state.moments.map(cut) } };
    return span.trained ? updateParameters(before.parameters, cut(gradient), before.state, stepOf(step, span)) : before;
  });
  const join = (of: (part: Updated) => tf.Tensor1D | undefined) => tf.concat1d(parts.flatMap((part) => of(part) ?? []));
  const moments = state.moments.map((_, index) => join((part) => part.state.moments[index]));
  return { parameters: join((part) => part.parameters), state: { name: state.name, steps: state.steps + 1, moments } };
}

/** The gradient scaled down to the norm `maxNorm` at most (torch `clip_grad_norm_`); no number where its norm is none. */
export function clipGradient(gradient: tf.Tensor1D, maxNorm: number): tf.Tensor1D {
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
  return tf.mul(gradient, tf.where(tf.isFinite(norm), factor, Number.NaN));
}
