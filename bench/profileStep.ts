// Where the time of a training step of the fused engine goes: every dispatch between two timestamps, summed by kernel. A step that is timed
// so runs one pass a dispatch, hence slower than the one measureStep.ts times.
import { type Dispatch, prepareDispatches } from "../src/kernels/dispatches";
import { getGpu } from "../src/nn/backend";
import type { EngineOptions } from "../src/nn/engine";
import { allocate, listBuffers, release } from "../src/nn/gpuBuffers";
import { recordStep } from "../src/nn/recordStep";

export interface KernelProfile {
  kernel: string;
  dispatches: number;
  ms: number;
  /** Of all dispatches' time. */
  share: number;
  gflop: number;
  megabytes: number;
  gflops: number;
  gigabytesPerSecond: number;
  /** `gflops` over the rate of the engine's own matrix product. */
  shareOfGemm: number;
}

/** Dispatches timed at once: a query set holds at most 4,096. */
const CHUNK = 1024;
const REPEATS = 3;
const rounded = (value: number) => Number(value.toPrecision(4));

/** Billions a second; what was too quick to time has none. */
const rate = (amount: number, ms: number) => (ms > 0 ? rounded(amount / ms / 1e6) : 0);

async function timeDispatches(dispatches: readonly Dispatch[]): Promise<number[]> {
  const { device } = getGpu();
  const list = await prepareDispatches(device, dispatches);
  const times = device.createQuerySet({ type: "timestamp", count: 2 * CHUNK });
  const bytes = 2 * CHUNK * 8;
  const resolved = device.createBuffer({ size: bytes, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const window = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const best = dispatches.map(() => Number.POSITIVE_INFINITY);
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (let from = 0; from < dispatches.length; from += CHUNK) {
      const to = Math.min(from + CHUNK, dispatches.length);
      const encoder = device.createCommandEncoder();
      list.encodeTimed(encoder, times, from, to);
      encoder.resolveQuerySet(times, 0, 2 * (to - from), resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, window, 0, bytes);
      device.queue.submit([encoder.finish()]);
      await window.mapAsync(GPUMapMode.READ);
      const nanoseconds = new BigUint64Array(window.getMappedRange());
      for (let index = from; index < to; index++) {
        const at = 2 * (index - from);
        const ms = Number((nanoseconds[at + 1] ?? 0n) - (nanoseconds[at] ?? 0n)) / 1e6;
        best[index] = Math.min(best[index] ?? ms, ms);
      }
      window.unmap();
    }
  }
  list.dispose();
  times.destroy();
  resolved.destroy();
  window.destroy();
  return best;
}

/** A line for each kernel, the slowest first. @throws Error where the adapter has no timestamps */
export async function profileStep(
  options: EngineOptions,
  count: number,
  size: number,
  gemmGflops: number,
): Promise<KernelProfile[]> {
  const { device, report } = getGpu();
  if (!device.features.has("timestamp-query")) throw new Error(`${report.name} has no timestamp queries to profile by.`);
  const dispatches = recordStep(options, { count, size }, report);
  const buffers = listBuffers(dispatches);
  await allocate(device, buffers);
  const times = await timeDispatches(dispatches);
  release(buffers);

  const kernels = new Map<string, { dispatches: number; ms: number; flop: number; bytes: number }>();
  dispatches.forEach(({ kernel: { name }, flop, bytes }, index) => {
    const sum = kernels.get(name) ?? { dispatches: 0, ms: 0, flop: 0, bytes: 0 };
    kernels.set(name, {
      dispatches: sum.dispatches + 1,
      ms: sum.ms + (times[index] ?? 0),
      flop: sum.flop + flop,
      bytes: sum.bytes + bytes,
    });
  });
  const all = times.reduce((sum, ms) => sum + ms, 0);
  return [...kernels]
    .sort(([, a], [, b]) => b.ms - a.ms)
    .map(([kernel, { dispatches: many, ms, flop, bytes }]) => ({
      kernel,
      dispatches: many,
      ms: rounded(ms),
      share: rounded(ms / all),
      gflop: rounded(flop / 1e9),
      megabytes: rounded(bytes / 1e6),
      gflops: rate(flop, ms),
      gigabytesPerSecond: rate(bytes, ms),
      shareOfGemm: rounded(rate(flop, ms) / gemmGflops),
    }));
}
