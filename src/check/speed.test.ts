// What is measured of a card, and what a step is said to take by it. No figure is expected of a driver: only what follows from others.
import { expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import type { PlannedBuffer } from "../kernels/dispatches";
import { getGpu } from "../nn/backend";
import { allocate, readFloats, release } from "../nn/gpuBuffers";
import { measureCopies } from "./bandwidth";
import { forecastStep } from "./forecastStep";
import { measureOwnGemm } from "./gemm";
import { fillWithNoise } from "./noise";

openTestGpu();

const card = { isSoftware: false, maxBindingBytes: 2 ** 31, maxBufferBytes: 2 ** 31 };
const shape = { batchSize: 16, imageSize: 320 };

it("measures the matrix product and copies", async () => {
  expect(await measureOwnGemm([1024, 64, 64])).toBeGreaterThan(0);
  expect(await measureCopies(getGpu().device)).toBeGreaterThan(0);
});

it("times what is no zero, to the end of a buffer", async () => {
  const { device } = getGpu();
  const timed: PlannedBuffer = { label: "timed", bytes: 2 ** 20 + 64, buffer: null };
  await allocate(device, [timed]);
  fillWithNoise(device, timed);
  const values = await readFloats(device, timed, timed.bytes / 4);
  release([timed]);
  expect(values.filter((value) => value === 0)).toHaveLength(0);
});

it("knows a step's arithmetic: three products of each of DenseNet121's convolutions", () => {
  const { gflop } = forecastStep("densenet121", shape, card, { gemmGflops: 1, copyGigabytesPerSecond: 1 });
  // 2.83e9 multiply-adds a film of 224 px (torchvision's figure), and as the film's area. Transitions are computed of what was pooled, a
  // quarter of theirs; bottlenecks that are computed again add to it.
  const products = (3 * 2 * 2.83 * 16 * 320 ** 2) / 224 ** 2;
  expect(gflop / products).toBeGreaterThan(0.9);
  expect(gflop / products).toBeLessThan(1.2);
});

it("says what the slower of arithmetic and memory takes", () => {
  const forecast = (gemmGflops: number, copyGigabytesPerSecond: number) =>
    forecastStep("densenet121", shape, card, { gemmGflops, copyGigabytesPerSecond });
  const { seconds, gflop, gigabytes } = forecast(1000, 100);
  expect(forecast(2000, 200).seconds).toBeCloseTo(seconds / 2, 9);
  expect(forecast(1000, Number.POSITIVE_INFINITY).seconds).toBeCloseTo(gflop / 1000, 9);
  expect(forecast(Number.POSITIVE_INFINITY, 100).seconds).toBeCloseTo(gigabytes / 100, 9);
  expect(forecastStep("densenet161", shape, card, { gemmGflops: 1000, copyGigabytesPerSecond: 100 }).seconds).toBeGreaterThan(
    seconds,
  );
});
