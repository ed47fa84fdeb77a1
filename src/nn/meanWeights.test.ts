import { expect, it } from "vitest";
import type { NamedArrays } from "./engine";
import { meanOf } from "./meanWeights";

const model = (weights: number[], batches: number): NamedArrays =>
  new Map([
    ["norm.running_mean", { shape: [weights.length], data: Float32Array.from(weights) }],
    ["norm.num_batches_tracked", { shape: [], data: Float32Array.of(batches) }],
  ]);

async function* each(...models: NamedArrays[]) {
  yield* models;
}

it("is the mean to float64's accuracy, rounded once, and counts the last model's batches", async () => {
  // In float32 the sum would lose every small number beside 2^24.
  const models = [model([2 ** 24, 0.1], 10), model([1, 0.2], 20), model([1, 0.4], 30)];
  const mean = await meanOf(each(...models));
  const rows = models.map((one) => one.get("norm.running_mean")!.data);
  const wanted = [0, 1].map((i) => Math.fround(rows.reduce((sum, row) => sum + row[i]!, 0) / 3));
  expect([...mean!.get("norm.running_mean")!.data]).toEqual(wanted);
  expect(mean!.get("norm.num_batches_tracked")).toEqual({ shape: [], data: Float32Array.of(30) });
});

it("of one model is that model, and of none is none", async () => {
  expect(await meanOf(each(model([0.3, -7], 4)))).toEqual(model([0.3, -7], 4));
  expect(await meanOf(each())).toBeNull();
});
