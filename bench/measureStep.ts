// Times the training step of an engine wherever `navigator.gpu` is: in Node on Dawn, or in a browser. Not a measure of learning: the
// films are noise.
import * as tf from "@tensorflow/tfjs-core";
import { measureOwnGemm } from "../src/check/gemm";
import { openWebGpu } from "../src/nn/backend";
import { createEngine } from "../src/nn/createEngine";
import type { Batch, EngineOptions, OptimizerStep } from "../src/nn/engine";
import { chooseBottlenecks } from "../src/nn/forecast";
import { createRandom } from "../src/nn/random";
import { chooseBudget } from "../src/protocol/budget";
import type { Activations, Architecture, Arithmetic, EngineName, Head } from "../src/protocol/settings";
import { type Convolution, listConvolutions } from "./convolutions";
import { countCalls } from "./counts";
import { type KernelProfile, profileStep } from "./profileStep";

export interface StepFlags {
  arch: Architecture;
  head: Head;
  size: number;
  batch: number;
  steps: number;
  activations: Activations;
  arithmetic: Arithmetic;
  /** Undefined: as the lab chooses, by its budget of GPU memory. */
  bottlenecks: "keep" | "recompute" | undefined;
  /** Parts are put together by subgroups (fused only). */
  subgroups: boolean;
  /** Adds the time of each kernel (fused only). */
  profile: boolean;
}

export const OPTIMIZER: OptimizerStep = { name: "adamw", lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };

export function makeBatch(count: number, size: number): Batch {
  const random = createRandom(0, "drawn");
  return {
    count,
    images: { kind: "films", data: Uint8Array.from({ length: count * size * size }, () => random.int(256)), size },
    targets: Float32Array.from({ length: count }, (_, index) => index % 2),
  };
}

/** Rows, inner length and columns of the matrix product that most convolutions of the step come to. */
function findCommonestGemm(convolutions: Convolution[], batch: number): [number, number, number] {
  const counts = new Map<string, number>();
  let commonest: [number, number, number] = [1, 1, 1];
  let most = 0;
  for (const { pixels, inner, out } of convolutions) {
    const key = `${pixels} ${inner} ${out}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= most) continue;
    most = count;
    commonest = [batch * pixels, inner, out];
  }
  return commonest;
}

/** GFLOPS of tf.matMul at a shape: the best of several runs, each long enough to hide the reading back. */
async function measureGemm([rows, inner, columns]: [number, number, number]): Promise<number> {
  const a = tf.ones<tf.Rank.R2>([rows, inner]);
  const b = tf.ones<tf.Rank.R2>([inner, columns]);
  const flop = 2 * rows * inner * columns;
  const repeats = Math.max(4, Math.ceil(2e8 / flop));
  let best = 0;
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    let last = tf.matMul(a, b);
    for (let repeat = 1; repeat < repeats; repeat++) {
      last.dispose();
      last = tf.matMul(a, b);
    }
    await last.data();
    last.dispose();
    best = Math.max(best, (flop * repeats) / (performance.now() - start) / 1e6);
  }
  tf.dispose([a, b]);
  return best;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rounded = (value: number) => Number(value.toPrecision(4));

/** The line of the engine's result. Call once in a process or page: what it counts by stays in place. */
export async function measureStep(name: EngineName, flags: StepFlags): Promise<Record<string, unknown>> {
  const { arch, head, size, batch, steps, activations, arithmetic, bottlenecks, subgroups, profile } = flags;
  const counts = countCalls();
  const { report, failed } = await openWebGpu({ allowSoftware: true });
  const budgetBytes = chooseBudget(report, 0);
  const options: EngineOptions = {
    arch,
    classes: 1,
    head,
    activations,
    arithmetic,
    subgroups,
    budgetBytes,
    ...(bottlenecks && { bottlenecks }),
  };
  const engine = createEngine(name, options, 0);
  const films = makeBatch(batch, size);
  const times: number[] = [];
  let firstStepMs = 0;
  let gpuBytesAfterTwo = 0;
  // One warm-up, which also compiles; it is not among the timed steps.
  for (let step = 0; step <= steps; step++) {
    counts.dispatches = 0;
    const start = performance.now();
    await Promise.race([engine.trainStep(films, OPTIMIZER), failed]);
    const ms = performance.now() - start;
    if (step === 0) firstStepMs = ms;
    else times.push(ms);
    if (step === 1) gpuBytesAfterTwo = counts.gpuBytes;
  }
  const { dispatches, pipelines, gpuBytes, gpuBytesPeak } = counts;
  engine.dispose();
  const convolutions = listConvolutions(arch, size);
  const macs = batch * convolutions.reduce((sum, { pixels, inner, out }) => sum + pixels * inner * out, 0);
  // Forward, gradient of the input and gradient of the weight: three products of as many multiply-adds.
  const gflopPerStep = (macs * 2 * 3) / 1e9;
  const msPerStep = median(times);
  const keeps = chooseBottlenecks(options, { count: batch, size }, report);
  const gemm = findCommonestGemm(convolutions, batch);
  const gemmGflops = await (name === "stock" ? measureGemm(gemm) : measureOwnGemm(gemm, { arithmetic }));
  const kernels: KernelProfile[] = profile && name === "fused" ? await profileStep(options, batch, size, gemmGflops) : [];
  return {
    engine: name,
    adapter: report.name,
    arch,
    head,
    size,
    batch,
    ...(name === "fused" ? { activations, arithmetic, subgroups, bottlenecks: keeps ? "keep" : "recompute" } : {}),
    msPerStep: rounded(msPerStep),
    firstStepMs: rounded(firstStepMs),
    pipelines,
    dispatchesPerStep: dispatches,
    gpuBytesPeak,
    gpuBytesAfterTwo,
    gpuBytesAfter: gpuBytes,
    gflopPerStep: rounded(gflopPerStep),
    gflops: rounded((gflopPerStep / msPerStep) * 1e3),
    gemmGflops: rounded(gemmGflops),
    ...(kernels.length > 0 ? { kernels } : {}),
  };
}
