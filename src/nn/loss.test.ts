import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { countKnown } from "./engine";
import focal from "./golden/focal.json";
import plain from "./golden/loss.json";
import { binaryCrossEntropy } from "./loss";

openTestGpu();

const CASES = [
  ...plain.cases.map((one) => ({ ...one, focal: null, title: `cross-entropy at pos_weight ${one.positiveWeights}` })),
  ...focal.cases,
];

it.each(CASES)("equals torch's, gradients too: $title, targets $targets", async (expected) => {
  const targets = tf.tensor2d(expected.targets);
  const known = countKnown({ targets: Float32Array.from(expected.targets.flat()) });
  const { value, grad } = tf.valueAndGrad((logits: tf.Tensor2D) =>
    binaryCrossEntropy(logits, targets, expected.positiveWeights, known, expected.focal ?? undefined),
  )(tf.tensor2d(expected.logits));
  expect(Math.abs(((await value.data())[0] ?? Number.NaN) / expected.loss - 1)).toBeLessThan(1e-6);
  const gradient = await grad.data();
  expected.gradient.forEach((slope, index) => {
    expect(gradient[index]).toBeCloseTo(slope, 6);
  });
});
