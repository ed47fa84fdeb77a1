// That the forecast is what the fused engine then takes, and the search for what fits.
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { openDawn } from "../../scripts/vulkan";
import { hasFeature } from "../check/reference/testKernels";
import { MOVE_FLOATS } from "../kernels/films";
import { getGpu } from "./backend";
import type { EngineOptions, OptimizerStep } from "./engine";
import { findLargestPass, findMost, forecastMemory } from "./forecast";
import { createFusedEngine } from "./fusedEngine";
import { makeFilms } from "./testFilms";

await openDawn();
const hasHalves = await hasFeature("shader-f16");
openTestGpu();

const SIZE = 64;
const MINI: EngineOptions = { arch: "densenet-mini", classes: 1 };
const adamw: OptimizerStep = { name: "adamw", lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };

describe("the forecast", () => {
  it.each([
    ["whole", {}],
    ["in passes", { filmsPerPass: 2 }],
    ["in halves", { activations: "f16" as const }],
    ["with bottlenecks kept", { bottlenecks: "keep" as const }],
    ["with fastai's head", { head: "fastai" as const }],
    ["with films blended", { blends: true }],
  ])("is what a step takes, %s", (_, changes) => checkForecast({ ...MINI, ...changes }));
  it.skipIf(!hasHalves)("is what a step takes, multiplying halves", () => checkForecast({ ...MINI, arithmetic: "f16" }));

  async function checkForecast(options: EngineOptions): Promise<void> {
    const engine = createFusedEngine(options, 0);
    await engine.prepare({ count: 4, size: SIZE }, "training");
    await engine.trainStep(makeFilms(4, SIZE), adamw);
    const { gpuBytes, parts } = forecastMemory(options, { count: 4, size: SIZE }, getGpu().report);
    expect(engine.memory().gpuBytes / gpuBytes).toBeCloseTo(1, 2);
    const without = forecastMemory({ ...options, blends: false }, { count: 4, size: SIZE }, getGpu().report);
    const partners = 4 * SIZE * SIZE + 4 * MOVE_FLOATS * 4 + 4 * 4;
    expect(parts.films - without.parts.films).toBe(options.blends ? partners : 0);
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(gpuBytes);
    engine.dispose();
    expect(engine.memory().gpuBytes).toBe(0);
  }

  it("counts a moving average to the byte", async () => {
    const taken = async (options: EngineOptions) => {
      const engine = createFusedEngine(options, 0);
      await engine.prepare({ count: 2, size: SIZE }, "training");
      const { gpuBytes } = engine.memory();
      engine.dispose();
      return gpuBytes;
    };
    const averaging = { ...MINI, averages: true };
    const forecast = (options: EngineOptions) => forecastMemory(options, { count: 2, size: SIZE }, getGpu().report);
    const [alone, both] = [forecast(MINI), forecast(averaging)];
    expect((await taken(averaging)) - (await taken(MINI))).toBe(both.gpuBytes - alone.gpuBytes);
    expect(both.parts.weights).toBe(2 * alone.parts.weights);
  });

  it("fits DenseNet161 at 320 px and batch 16 into 1.5 GiB, and DenseNet121 into 38 MB an image", () => {
    const laptop = { isSoftware: false, maxBindingBytes: 2 ** 31, maxBufferBytes: 2 ** 31 };
    const shape = { count: 16, size: 320 };
    const of = (arch: EngineOptions["arch"], activations: "f32" | "f16" = "f32") => {
      const { gpuBytes, parts } = forecastMemory({ ...MINI, arch, activations, bottlenecks: "recompute" }, shape, laptop);
      return { gpuBytes, perImage: (gpuBytes - parts.weights - parts.gradients - parts.moments) / shape.count };
    };
    expect(of("densenet161").gpuBytes).toBeLessThan(1.5 * 2 ** 30);
    expect(of("densenet161").perImage).toBeLessThan(60e6);
    expect(of("densenet121").perImage).toBeLessThan(38e6);
    expect(of("densenet121", "f16").perImage).toBeLessThan(25e6);
  });

  it("finds the largest pass that fits", () => {
    const { report } = getGpu();
    const budget = 2 ** 30;
    const options: EngineOptions = { ...MINI, arch: "densenet121" };
    const most = findLargestPass(options, 320, report, budget);
    const bytes = (count: number) =>
      forecastMemory({ ...options, bottlenecks: "recompute" }, { count, size: 320 }, report).gpuBytes;
    expect(bytes(most)).toBeLessThanOrEqual(budget);
    expect(bytes(most + 1)).toBeGreaterThan(budget);
    expect(findLargestPass(options, 320, report, 2 ** 20)).toBe(0);
  });
});

it.each([0, 1, 2, 13, 63, 64, 1000, 1024])("finds that %i fit, and asks of no more than twice as many", (most) => {
  const asked: number[] = [];
  const found = findMost((count) => {
    asked.push(count);
    return count <= most;
  }, 1024);
  expect(found).toBe(most);
  expect(Math.max(...asked)).toBeLessThanOrEqual(Math.min(1024, Math.max(1, 2 * most)));
});

it("finds no more than is asked for", () => {
  expect(findMost(() => true, 100)).toBe(100);
});
