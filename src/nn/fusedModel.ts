// The fused engine's model on the GPU: what it has learned, its moving average, and the optimiser that changes it. Sees gradients, but no film.
import { DENSENETS, listArrays } from "./densenet";
import { beforeTraining, type EngineOptions, type EngineSnapshot, type NamedArrays, type OptimizerStep } from "./engine";
import { createFusedAverage } from "./fusedAverage";
import { type ModelBuffers, planState, type StateBuffers } from "./fusedBuffers";
import { type FusedLayout, QUAD } from "./fusedLayout";
import { createFusedOptimizer } from "./fusedOptimizer";
import { allocate, countBytes, readFloats, release, submit, write } from "./gpuBuffers";
import { initialise } from "./initialise";
import { isTrained } from "./layerGroups";
import { checkArrays, inOrder } from "./namedArrays";
import { pack, unpack } from "./packing";

export interface FusedModel {
  /** What is trained. */
  readonly state: StateBuffers;
  /** What predicts: the same, but for the moving average where one is kept. */
  readonly predicting: StateBuffers;
  /** Puts the model on the GPU where it is not yet. @throws LabError outOfGpuMemory */
  settle(): Promise<void>;
  /** Readies the optimiser for such a step, with fresh moments where another was in use. @throws LabError outOfGpuMemory */
  openOptimizer(step: OptimizerStep): Promise<void>;
  /** What the loss of the next gradients is multiplied by. */
  readonly lossScale: number;
  clearGradients(): void;
  /** Whether the gradients are to be followed (fusedOptimizer.ts). */
  accepts(step: OptimizerStep): Promise<boolean>;
  /** One step by the gradients; then the average follows. */
  update(step: OptimizerStep): void;
  /** Of what such a step trains, of the loss itself, which was multiplied by `scale`. */
  readGradients(step: OptimizerStep, scale: number): Promise<NamedArrays>;
  /** Counts one more batch that the running statistics have seen. */
  countBatch(): void;
  snapshot(): Promise<EngineSnapshot>;
  /** @throws LabError weightsMismatch */
  restore(snapshot: EngineSnapshot): void;
  memory(): { gpuBytes: number; buffers: number };
  dispose(): void;
}

export function createFusedModel(
  device: GPUDevice,
  layout: FusedLayout,
  { arch, classes, head, averages, arithmetic }: EngineOptions,
  seed: number,
): FusedModel {
  const arrays = listArrays(DENSENETS[arch], classes, head);
  const state = planState(layout);
  const half = layout.normQuads * QUAD;
  const optimizer = createFusedOptimizer(device, arrays, layout.parameters, state, { arch, inHalves: arithmetic === "f16" });
  const average = averages ? createFusedAverage(device, layout, state) : null;
  const predicting = { ...state, ...average?.buffers };

  // Until it is on the GPU, the model waits here. Fresh weights are drawn only where no snapshot comes first: DenseNet161's take seconds.
  let waiting: EngineSnapshot | "fresh" | null = "fresh";
  const drawFresh = () => beforeTraining(initialise(arrays, seed));
  let batches: Float32Array = new Float32Array();

  function writeModel({ parameters, running }: ModelBuffers, model: NamedArrays): void {
    write(device, parameters, pack(layout.parameters, model));
    write(device, running, pack(layout.runningMeans, model));
    write(device, running, pack(layout.runningVariances, model), half * 4);
  }

  async function readModel({ parameters, running }: ModelBuffers): Promise<NamedArrays> {
    const statistics = await readFloats(device, running, 2 * half);
    return inOrder(arrays, [
      ...unpack(layout.parameters, await readFloats(device, parameters, layout.parameters.size)),
      ...unpack(layout.runningMeans, statistics.subarray(0, half)),
      ...unpack(layout.runningVariances, statistics.subarray(half)),
      ...unpack(layout.batches, batches),
    ]);
  }

  return {
    state,
    predicting,

    async settle() {
      if (!waiting) return;
      await allocate(device, Object.values(state));
      await average?.open();
      const snapshot = waiting === "fresh" ? drawFresh() : waiting;
      const { model } = snapshot;
      writeModel(state, model);
      if (average) writeModel(average.buffers, snapshot.average.size > 0 ? snapshot.average : model);
      batches = pack(layout.batches, model);
      waiting = null;
      await optimizer.restore(snapshot);
    },

    openOptimizer: optimizer.open,
    accepts: optimizer.accepts,

    get lossScale() {
      return optimizer.lossScale;
    },

    clearGradients() {
      submit(device, (encoder) => encoder.clearBuffer(state.gradients.buffer as GPUBuffer));
    },

    update(step) {
      optimizer.update(step);
      if (step.averageDecay === undefined) return;
      if (!average) throw new Error("An engine without averages has none to move");
      average.update(step.averageDecay);
    },

    async readGradients({ frozenGroups }, scale) {
      const trained = arrays.filter((array) => isTrained(array, frozenGroups));
      const gradients = await readFloats(device, state.gradients, layout.parameters.size);
      return inOrder(trained, unpack(layout.parameters, scale === 1 ? gradients : gradients.map((one) => one / scale)));
    },

    countBatch() {
      batches = batches.map((count) => count + 1);
    },

    async snapshot() {
      const model = await readModel(state);
      return { model, ...(await optimizer.snapshot()), average: average ? await readModel(average.buffers) : new Map() };
    },

    restore(snapshot) {
      checkArrays(arrays, snapshot.model, "The snapshot", arch);
      optimizer.check(snapshot);
      if (snapshot.average.size > 0) checkArrays(arrays, snapshot.average, "The snapshot's moving average", arch);
      waiting = snapshot;
    },

    memory() {
      const own = Object.values(state).filter(({ buffer }) => buffer);
      const parts = [
        { gpuBytes: countBytes(own), buffers: own.length },
        optimizer.memory(),
        ...(average ? [average.memory()] : []),
      ];
      const sum = (of: "gpuBytes" | "buffers") => parts.reduce((total, part) => total + part[of], 0);
      return { gpuBytes: sum("gpuBytes"), buffers: sum("buffers") };
    },

    dispose() {
      optimizer.dispose();
      average?.dispose();
      release(Object.values(state));
    },
  };
}
