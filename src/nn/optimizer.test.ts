import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import type { OptimizerStep } from "./engine";
import { fillByFormula } from "./golden/formula";
import golden from "./golden/optimizer.json";
import { initOptimizer, updateParameters } from "./optimizer";

openTestGpu();

/** The rates that golden/make.py gives each step. */
function stepOf(name: OptimizerStep["name"], index: number): OptimizerStep {
  const lr = 0.01 * (index + 1);
  const momentum = 0.95 - 0.02 * index;
  return name === "sgd"
    ? { name, lr, momentum, weightDecay: 0.1 }
    : { name, lr, beta1: momentum, beta2: 0.99, eps: 1e-3, weightDecay: 0.1 };
}

it.each(["adamw", "sgd"] as const)("%s steps as torch.optim does while its rates change", async (name) => {
  let parameters = tf.tensor1d(fillByFormula("parameters", 5, 0, 1));
  let state = initOptimizer(name, parameters);
  for (const [index, expected] of golden[name].entries()) {
    const gradient = tf.tensor1d(fillByFormula(`gradient ${index}`, 5, 0, 1));
    ({ parameters, state } = updateParameters(parameters, gradient, state, stepOf(name, index)));
    const values = await parameters.data();
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 6);
    });
  }
  expect(state.steps).toBe(4);
});

it("refuses moments of the other optimiser", () => {
  const parameters = tf.tensor1d([1]);
  expect(() => updateParameters(parameters, parameters, initOptimizer("sgd", parameters), stepOf("adamw", 0))).toThrow(
    /moments of sgd/,
  );
});
