import { expect, test } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import type { Batch, EngineSnapshot, OptimizerStep } from "../nn/engine";
import { createRandom } from "../nn/random";
import { createStockEngine } from "../nn/stockEngine";
import { findLr } from "./finder";

openTestGpu();

const SIZE = 32;
const COUNT = 4;

function makeBatch(seed: number): Batch {
  const random = createRandom(seed, "drawn");
  return {
    count: COUNT,
    images: { kind: "films", data: Uint8Array.from({ length: COUNT * SIZE * SIZE }, () => random.int(256)), size: SIZE },
    targets: Float32Array.from({ length: COUNT }, (_, i) => i % 2),
  };
}

const adamw = (lr: number): OptimizerStep => ({ name: "adamw", lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 });

async function* withoutEnd(): AsyncGenerator<Batch> {
  for (let seed = 100; ; seed++) yield makeBatch(seed);
}

/** Every number of a snapshot as its bytes. */
function bytesOf({ model, optimizer, optimizerSteps }: EngineSnapshot): [string, string][] {
  const arrays = [...model, ...optimizer].map(([name, { data }]): [string, string] => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  ]);
  return [...arrays, ["steps", String(optimizerSteps)]];
}

test("the network and its optimiser are as before the finder, byte for byte", async () => {
  const engine = createStockEngine({ arch: "densenet-mini", classes: 1 }, 5);
  for (const seed of [1, 2]) await engine.trainStep(makeBatch(seed), adamw(1e-3));
  const before = await engine.snapshot();

  const settings = { startLr: 1e-7, endLr: 10, steps: 8 };
  const points = await findLr(engine, settings, withoutEnd(), adamw, new AbortController().signal);
  expect(points.length).toBeGreaterThan(2);

  expect(bytesOf(await engine.snapshot())).toEqual(bytesOf(before));
  // And a step from here is the step that would have been.
  const loss = await engine.trainStep(makeBatch(3), adamw(1e-3));
  engine.restore(before);
  expect(await engine.trainStep(makeBatch(3), adamw(1e-3))).toBe(loss);
  engine.dispose();
});
