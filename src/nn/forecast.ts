// What the fused engine will take of a graphics card, before it takes any: the passes are planned and their buffers added up. Measures
// nothing.
import type { Dispatch, PlannedBuffer } from "../kernels/dispatches";
import { cutPasses } from "../protocol/passes";
import type { AdapterReport, MemoryPart } from "../protocol/training";
import type { BatchShape, EngineOptions } from "./engine";
import { type BatchBuffers, listHeadBuffers, planBatch, planModel, planState, type StateBuffers } from "./fusedBuffers";
import { chooseTuning } from "./fusedKernels";
import { planLayout } from "./fusedLayout";
import { listBuffers } from "./gpuBuffers";
import { recordPass } from "./recordPass";
import { planUpdate } from "./recordUpdate";

export type Adapter = Pick<AdapterReport, "isSoftware" | "maxBindingBytes" | "maxBufferBytes">;

export interface MemoryForecast {
  gpuBytes: number;
  parts: Record<MemoryPart, number>;
  dispatches: number;
}

/** One uniform slot a dispatch. */
const UNIFORM_BYTES = 256;

/** A training step of AdamW on batches of this shape. */
export function forecastMemory(options: EngineOptions, { count, size }: BatchShape, adapter: Adapter): MemoryForecast {
  const passes = [...new Set(cutPasses(count, options.filmsPerPass))];
  const layout = planLayout(options);
  const state = planState(layout);
  const keepBottlenecks = chooseBottlenecks(options, { count, size }, adapter);
  const { activations: storage = "f32" } = options;
  const shape = { count: Math.max(...passes), size };
  const { maxBindingBytes } = adapter;
  const batch = planBatch(layout, options.classes, shape, { storage, keepBottlenecks, maxBindingBytes });
  const tuning = chooseTuning(adapter, options);
  const record = (films: number): Dispatch[] =>
    recordPass("training", { layout, options, tuning, state, batch, count: films, fromFilms: true, frozenGroups: 0 });
  const recorded = passes.map(record);
  const update = planUpdate(layout.parameters, state, options);
  const buffers = new Set([...recorded, update.dispatches].flatMap(listBuffers));
  const bytesOf = (group: PlannedBuffer[]) => group.reduce((sum, one) => sum + (buffers.has(one) ? one.bytes : 0), 0);
  const average: PlannedBuffer[] = options.averages ? Object.values(planModel(layout)) : [];
  // The average moves by one a buffer.
  const dispatches = recorded.reduce((sum, list) => sum + list.length, update.dispatches.length + average.length);

  const groups = groupBuffers(state, batch);
  const parts: Record<MemoryPart, number> = {
    weights: bytesOf(groups.weights) + average.reduce((sum, { bytes }) => sum + bytes, 0),
    gradients: bytesOf(groups.gradients),
    moments: bytesOf(update.moments),
    features: bytesOf(groups.features),
    featureGradients: bytesOf(groups.featureGradients),
    scratch: bytesOf([...groups.scratch, update.norm]) + dispatches * UNIFORM_BYTES,
    films: bytesOf(groups.films),
  };
  return { gpuBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0), parts, dispatches };
}

function groupBuffers(state: StateBuffers, batch: BatchBuffers): Record<Exclude<MemoryPart, "moments">, PlannedBuffer[]> {
  const kept = batch.options.keepBottlenecks ? batch.bottlenecks.flat() : [];
  const working = batch.options.keepBottlenecks ? batch.scratch : batch.bottlenecks.flat();
  return {
    weights: [state.parameters, state.running],
    gradients: [state.gradients],
    features: [...(batch.options.keepBottlenecks ? batch.stem : []), ...batch.blocks.flat(), ...kept],
    featureGradients: [...batch.gradient, ...batch.bottleneckGradient, ...batch.taken],
    scratch: [
      ...working,
      ...batch.pooled,
      ...listHeadBuffers(batch),
      state.norms,
      state.statistics,
      state.sums,
      batch.columnParts,
      batch.weightParts,
      batch.outcome,
    ],
    films: [
      ...batch.films,
      ...batch.moves,
      ...batch.partners,
      ...batch.partnerMoves,
      ...batch.shares,
      ...batch.images,
      batch.targets,
    ],
  };
}

/** Bottlenecks are kept where the budget allows it: the same numbers, with one product a layer less to compute. */
export function chooseBottlenecks(options: EngineOptions, shape: BatchShape, adapter: Adapter): boolean {
  const { bottlenecks, budgetBytes } = options;
  if (bottlenecks || !budgetBytes) return bottlenecks === "keep";
  return forecastMemory({ ...options, bottlenecks: "keep" }, shape, adapter).gpuBytes <= budgetBytes;
}

const LARGEST_PASS = 1024;

/** The most films a pass within the budget, with bottlenecks computed again where they must be; 0 where not even one fits. */
export function findLargestPass(options: EngineOptions, size: number, adapter: Adapter, budgetBytes: number): number {
  return findMost((count) => {
    const whole: EngineOptions = { ...options, filmsPerPass: count, bottlenecks: "recompute" };
    return forecastMemory(whole, { count, size }, adapter).gpuBytes <= budgetBytes;
  }, LARGEST_PASS);
}

/** The largest count up to `limit` that fits. Comes from below: a pass far beyond the budget is long to plan. */
export function findMost(fits: (count: number) => boolean, limit: number): number {
  let [most, beyond] = [0, 1];
  while (beyond <= limit && fits(beyond)) [most, beyond] = [beyond, 2 * beyond];
  beyond = Math.min(beyond, limit + 1);
  while (beyond - most > 1) {
    const middle = Math.floor((most + beyond) / 2);
    if (fits(middle)) most = middle;
    else beyond = middle;
  }
  return most;
}
