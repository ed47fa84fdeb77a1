// What a training step takes of the graphics card, forecast and, with --run, measured: `npm run -s bench -- memory --arch densenet161
// --size 320 --batch 16 [--run]`. Measured is every buffer that the device was asked for.
import { parseArgs } from "node:util";
import { openDawn } from "../scripts/vulkan";
import { getGpu, openWebGpu } from "../src/nn/backend";
import { createEngine } from "../src/nn/createEngine";
import type { EngineOptions } from "../src/nn/engine";
import { forecastMemory } from "../src/nn/forecast";
import { countCalls } from "./counts";
import { readActivations, readArch, readBottlenecks, readCount, readHead } from "./flags";
import { makeBatch, OPTIMIZER } from "./measureStep";

export async function benchMemory(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      arch: { type: "string", default: "densenet161" },
      head: { type: "string", default: "linear" },
      size: { type: "string", default: "320" },
      batch: { type: "string", default: "16" },
      "films-per-pass": { type: "string", default: "0" },
      activations: { type: "string", default: "f32" },
      bottlenecks: { type: "string", default: "recompute" },
      run: { type: "boolean", default: false },
    },
  });
  const size = readCount(values.size, "size", 32);
  const count = readCount(values.batch, "batch", 1);
  const options: EngineOptions = {
    arch: readArch(values.arch),
    classes: 1,
    head: readHead(values.head),
    activations: readActivations(values.activations),
    filmsPerPass: readCount(values["films-per-pass"], "films-per-pass", 0),
    bottlenecks: readBottlenecks(values.bottlenecks) ?? "recompute",
  };

  await openDawn();
  const counts = countCalls();
  const { report, failed } = await openWebGpu({ allowSoftware: true });
  const forecastAt = performance.now();
  const { gpuBytes, parts, dispatches } = forecastMemory(options, { count, size }, report);
  const forecastMs = performance.now() - forecastAt;
  const pass = options.filmsPerPass || count;
  const result = {
    adapter: report.name,
    arch: options.arch,
    head: options.head,
    size,
    batch: count,
    activations: options.activations,
    bottlenecks: options.bottlenecks,
    maxBindingBytes: report.maxBindingBytes,
    forecastBytes: gpuBytes,
    parts,
    bytesPerImage: Math.round((gpuBytes - parts.weights - parts.gradients - parts.moments) / pass),
    dispatches,
    forecastMs: Math.round(forecastMs),
  };
  if (!values.run) {
    console.log(JSON.stringify(result));
    return;
  }
  const engine = createEngine("fused", options, 0);
  const start = performance.now();
  const loss = await Promise.race([engine.trainStep(makeBatch(count, size), OPTIMIZER), failed]);
  await getGpu().device.queue.onSubmittedWorkDone();
  const measured = {
    measuredBytes: counts.gpuBytes,
    peakBytes: counts.gpuBytesPeak,
    loss,
    stepMs: Math.round(performance.now() - start),
  };
  console.log(JSON.stringify({ ...result, ...measured }));
  engine.dispose();
}
