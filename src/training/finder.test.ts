import { describe, expect, it } from "vitest";
import type { Batch, Engine, OptimizerStep } from "../nn/engine";
import { FINDER_DEFAULTS } from "../protocol/finder";
import { drawFinderBatches, readBatches } from "./batches";
import { findLr } from "./finder";
import golden from "./golden/finder.json";
import { createTestEngine } from "./testEngine";
import { createTestSample, TEST_SIZE } from "./testSample";

const adamw = (lr: number): OptimizerStep => ({ name: "adamw", lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0.01 });

function createFinder() {
  const { sample, read } = createTestSample(20, 0);
  const films = Uint32Array.from(sample.train.slots.keys());
  const batches = () =>
    readBatches({ part: sample.train, targets: ["made"], imageSize: TEST_SIZE, read }, drawFinderBatches(films, 7, 4));
  return { engine: createTestEngine(TEST_SIZE ** 2, 1), batches };
}

function far(actual: number, expected: number | null): number {
  return expected === null ? (Number.isFinite(actual) ? Infinity : 0) : Math.abs(actual - expected) / Math.abs(expected);
}

describe("against fastai v1", () => {
  it.each(golden)("$name", async (given) => {
    const { engine, batches } = createFinder();
    engine.onStep = (step) => given.losses[step] ?? Number.NaN;
    const points = await findLr(engine, FINDER_DEFAULTS, batches(), adamw, new AbortController().signal);
    expect(points).toHaveLength(given.lrs.length);
    points.forEach((point, i) => {
      expect(far(point.lr, given.lrs[i]!)).toBeLessThan(1e-10);
      expect(far(point.smoothed, given.smoothed[i]!)).toBeLessThan(1e-10);
    });
  });
});

describe("leaves model, moments and step count byte for byte as they were", () => {
  /** A network some steps into its training, its state before, and the state after `use`. */
  async function around(use: (engine: ReturnType<typeof createTestEngine>, batches: AsyncGenerator<Batch>) => Promise<unknown>) {
    const { engine, batches } = createFinder();
    await findSteps(engine, batches(), 3);
    const before = await engine.snapshot();
    let during = 0;
    engine.onStep = (_, loss) => {
      during++;
      return loss;
    };
    await use(engine, batches());
    expect(during).toBeGreaterThan(0);
    expect(await engine.snapshot()).toEqual(before);
  }
  async function findSteps(engine: Engine, batches: AsyncGenerator<Batch>, steps: number): Promise<void> {
    for await (const batch of batches) {
      await engine.trainStep(batch, adamw(0.01));
      if (--steps === 0) return;
    }
  }

  it("after it ran to its end", () =>
    around(async (engine, batches) => {
      const points = await findLr(engine, FINDER_DEFAULTS, batches, adamw, new AbortController().signal);
      expect(points.length).toBeGreaterThan(20);
    }));

  it("after a stop", () =>
    around(async (engine, batches) => {
      const abort = new AbortController();
      const points = await findLr(engine, FINDER_DEFAULTS, batches, adamw, abort.signal, (so) => {
        if (so.at(-1)!.lr > 1e-6) abort.abort();
      });
      expect(points).toHaveLength(14);
    }));

  it("after a failure", () =>
    around(async (engine, batches) => {
      const count = engine.onStep;
      engine.onStep = (step, loss) => {
        if (step === 9) throw new Error("the driver gave up");
        return count(step, loss);
      };
      const finding = findLr(engine, FINDER_DEFAULTS, batches, adamw, new AbortController().signal);
      await expect(finding).rejects.toThrow("the driver gave up");
    }));
});
