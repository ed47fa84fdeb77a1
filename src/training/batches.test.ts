import { expect, it } from "vitest";
import type { Batch } from "../nn/engine";
import { cutBatches, cutWholeBatches, drawFinderBatches, readBatches, shuffleEpoch } from "./batches";
import { createTestSample, TEST_SIZE } from "./testSample";

const films = Uint32Array.from({ length: 10 }, (_, i) => i);
const lists = (batches: Iterable<Uint32Array>) => Array.from(batches, (batch) => Array.from(batch));

it("shuffles an epoch by seed and epoch alone", () => {
  const order = shuffleEpoch(films, 3, 1);
  expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from(films));
  expect(shuffleEpoch(films, 3, 1)).toEqual(order);
  expect(shuffleEpoch(films, 3, 2)).not.toEqual(order);
  expect(shuffleEpoch(films, 4, 1)).not.toEqual(order);
  expect(Array.from(films)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it("drops the odd last batch in training and keeps it otherwise", () => {
  expect(lists(cutWholeBatches(films, 4))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
  expect(lists(cutBatches(films, 4)).at(-1)).toEqual([8, 9]);
});

it("gives the finder whole batches without end, in another order each pass", () => {
  const batches = drawFinderBatches(films, 0, 4);
  const drawn = Array.from({ length: 6 }, () => Array.from(batches.next().value));
  for (const pass of [drawn.slice(0, 2), drawn.slice(2, 4), drawn.slice(4)]) expect(new Set(pass.flat()).size).toBe(8);
  expect(drawn.slice(2, 4)).not.toEqual(drawn.slice(0, 2));
});

it("reads pixels and labels that belong together, one batch ahead", async () => {
  const { sample, read } = createTestSample(10, 0);
  const asked: number[] = [];
  const source = {
    part: sample.train,
    targets: ["made"],
    imageSize: TEST_SIZE,
    read: (slots: Uint32Array) => {
      asked.push(slots.length);
      return read(slots);
    },
  };
  let seen = 0;
  for await (const batch of readBatches(source, cutBatches(shuffleEpoch(films, 0, 0), 4))) {
    seen++;
    expect(asked).toHaveLength(Math.min(3, seen + 1));
    const order = shuffleEpoch(films, 0, 0).slice((seen - 1) * 4, seen * 4);
    expect(batch.count).toBe(order.length);
    expect(Array.from(batch.targets)).toEqual(Array.from(order, (film) => film % 2));
    expect(batch.images).toEqual({ kind: "films", data: await read(order), size: TEST_SIZE });
  }
  expect(seen).toBe(3);
});

it("hands each batch on as the transform makes it, in their order", async () => {
  const { sample, read } = createTestSample(10, 0);
  const source = { part: sample.train, targets: ["made"], imageSize: TEST_SIZE, read };
  const given: number[][] = [];
  const transform = (batch: Batch, of: Uint32Array): Batch => {
    given.push([...of]);
    return { ...batch, targets: batch.targets.map(() => given.length) };
  };
  const targets: number[] = [];
  for await (const batch of readBatches(source, cutBatches(films, 4), transform)) targets.push(...batch.targets);
  expect(given).toEqual(lists(cutBatches(films, 4)));
  expect(targets).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
});

it("passes on a film that cannot be read, at its batch", async () => {
  const { sample, read } = createTestSample(10, 0);
  const failing = (slots: Uint32Array) => (slots.includes(5) ? Promise.reject(new Error("gone")) : read(slots));
  const batches = readBatches(
    { part: sample.train, targets: ["made"], imageSize: TEST_SIZE, read: failing },
    cutBatches(films, 4),
  );
  expect((await batches.next()).value).toMatchObject({ count: 4 });
  await expect(batches.next()).rejects.toThrow("gone");
});
