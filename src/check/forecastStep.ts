// How long a training step will take, from what it is recorded to do and what the card was measured to give. Runs nothing.
import type { EngineOptions } from "../nn/engine";
import type { Adapter } from "../nn/forecast";
import { recordStep } from "../nn/recordStep";
import { chooseBudget } from "../protocol/budget";
import type { Speed, StepForecast } from "../protocol/gpuCheck";
import type { Architecture } from "../protocol/settings";

/**
 * Each dispatch takes as long as its arithmetic at the rate of the matrix product or as its bytes at the rate of copies, whichever is longer
 * (the roofline model, Williams et al. 2009); a step takes their sum. An estimate, and rather too short: few dispatches reach the rate of the
 * product, though caches may give bytes faster than copies.
 */
export function forecastStep(
  arch: Architecture,
  { batchSize: count, imageSize: size }: Pick<StepForecast, "batchSize" | "imageSize">,
  adapter: Adapter,
  { gemmGflops, copyGigabytesPerSecond }: Pick<Speed, "gemmGflops" | "copyGigabytesPerSecond">,
): StepForecast {
  const options: EngineOptions = { arch, classes: 1, budgetBytes: chooseBudget(adapter, 0) };
  const dispatches = recordStep(options, { count, size }, adapter);
  const sum = (of: (flop: number, bytes: number) => number) =>
    dispatches.reduce((all, { flop, bytes }) => all + of(flop, bytes), 0) / 1e9;
  return {
    arch,
    imageSize: size,
    batchSize: count,
    gflop: sum((flop) => flop),
    gigabytes: sum((_, bytes) => bytes),
    seconds: sum((flop, bytes) => Math.max(flop / gemmGflops, bytes / copyGigabytesPerSecond)),
  };
}
