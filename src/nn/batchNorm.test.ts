import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { type BatchStatistics, NORM_EPSILON, normaliseBatch } from "./batchNorm";
import { fillByFormula } from "./golden/formula";

openTestGpu();

const SHAPE: [number, number, number, number] = [3, 4, 5, 6];
const CHANNELS = 6;
const PIXELS = 60;

const inputs = () =>
  [
    tf.tensor4d(fillByFormula("x", PIXELS * CHANNELS, 0.5, 2), SHAPE),
    tf.tensor1d(fillByFormula("scale", CHANNELS, 1, 0.5)),
    tf.tensor1d(fillByFormula("shift", CHANNELS, 0, 0.5)),
  ] as const;

/** A loss that leans on every output by another weight. */
const lean = (y: tf.Tensor) => tf.sum(tf.mul(y, tf.tensor4d(fillByFormula("lean", PIXELS * CHANNELS, 0, 1), SHAPE))) as tf.Scalar;

async function expectClose(got: tf.Tensor, want: tf.Tensor): Promise<void> {
  const [values, expected] = [await got.data(), await want.data()];
  expect(values.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  for (const [index, value] of expected.entries())
    expect(Math.abs((values[index] ?? Number.NaN) - value)).toBeLessThan(1e-5 * largest);
}

it("has the value and the gradients that TF.js derives from the formula written out", async () => {
  const written = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const xhat = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, NORM_EPSILON)));
    return tf.add(tf.mul(xhat, scale), shift);
  };
  const [x, scale, shift] = inputs();
  const ours = (...[x, scale, shift]: tf.Tensor[]) =>
    normaliseBatch(x as tf.Tensor4D, scale as tf.Tensor1D, shift as tf.Tensor1D, () => {});
  await expectClose(ours(x, scale, shift), written(x, scale, shift));
  const got = tf.grads((...tensors: tf.Tensor[]) => lean(ours(...tensors)))([x, scale, shift]);
  const want = tf.grads((x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => lean(written(x, scale, shift)))([x, scale, shift]);
  for (const [index, tensor] of want.entries()) await expectClose(got[index] as tf.Tensor, tensor);
});

it("reports the mean and the unbiased variance", async () => {
  const [x, scale, shift] = inputs();
  const seen: BatchStatistics[] = [];
  normaliseBatch(x, scale, shift, (statistics) => seen.push(statistics));
  const values = await x.data<"float32">();
  const [mean, variance] = [await seen[0]?.mean.data(), await seen[0]?.variance.data()];
  for (let channel = 0; channel < CHANNELS; channel++) {
    const pixels = values.filter((_, index) => index % CHANNELS === channel);
    const average = pixels.reduce((sum, value) => sum + value, 0) / PIXELS;
    const spread = pixels.reduce((sum, value) => sum + (value - average) ** 2, 0) / (PIXELS - 1);
    expect(mean?.[channel]).toBeCloseTo(average, 5);
    expect(variance?.[channel]).toBeCloseTo(spread, 5);
  }
});
