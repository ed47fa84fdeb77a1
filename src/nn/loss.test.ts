import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { countKnown } from "./engine";
import golden from "./golden/loss.json";
import { binaryCrossEntropy } from "./loss";

openTestGpu();

it.each(golden.cases)("equals torch's at pos_weight $positiveWeights, targets $targets, gradients too", async (expected) => {
  const targets = tf.tensor2d(expected.targets);
  const known = countKnown({ targets: Float32Array.from(expected.targets.flat()) });
  const { value, grad } = tf.valueAndGrad((logits: tf.Tensor2D) =>
    binaryCrossEntropy(logits, targets, expected.positiveWeights, known),
  )(tf.tensor2d(expected.logits));
  expect((await value.data())[0]).toBeCloseTo(expected.loss, 6);
  const gradient = await grad.data();
  expected.gradient.forEach((slope, index) => {
    expect(gradient[index]).toBeCloseTo(slope, 6);
  });
});
