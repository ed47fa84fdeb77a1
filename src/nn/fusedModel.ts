// The fused engine's model on the GPU: parameters, running statistics, the optimiser's moments and its step. Sees gradients, but no film.
import { type Dispatch, type DispatchList, dispatch, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import { adamw, sgd } from "../kernels/optimizer";
import { DENSENETS, listArrays } from "./densenet";
import {
  beforeTraining,
  type EngineOptions,
  type EngineSnapshot,
  type NamedArray,
  type NamedArrays,
  type OptimizerStep,
} from "./engine";
import { planState, type StateBuffers } from "./fusedBuffers";
import { type FusedLayout, QUAD } from "./fusedLayout";
import { allocate, countBytes, readFloats, release, submit, write } from "./gpuBuffers";
import { initialise } from "./initialise";
import { checkArrays } from "./namedArrays";
import { type Packing, pack, unpack } from "./packing";

/** What an optimiser remembers, and its step over all parameters at once. */
interface Optimizer {
  name: OptimizerStep["name"];
  steps: number;
  /** By the prefix of their names in a snapshot. */
  moments: Map<string, PlannedBuffer>;
  update: DispatchList;
}

const MOMENTS = { adamw: ["exp_avg", "exp_avg_sq"], sgd: ["momentum_buffer"] } as const;

export interface FusedModel {
  readonly state: StateBuffers;
  /** Puts the model on the GPU where it is not yet. @throws LabError outOfGpuMemory */
  settle(): Promise<void>;
  /** Readies the optimiser, with fresh moments where another was in use. @throws LabError outOfGpuMemory */
  openOptimizer(name: OptimizerStep["name"]): Promise<void>;
  clearGradients(): void;
  /** One step by the gradients as they are. */
  update(step: OptimizerStep): void;
  readGradients(): Promise<NamedArrays>;
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
  { arch, classes, head }: EngineOptions,
  seed: number,
): FusedModel {
  const arrays = listArrays(DENSENETS[arch], classes, head);
  const state = planState(layout);
  const { parameters, gradients, running } = state;
  const quads = layout.parameters.size / QUAD;
  const half = layout.normQuads * QUAD;

  // Until it is on the GPU, the model waits here. Fresh weights are drawn only where no snapshot comes first: DenseNet161's take seconds.
  let waiting: EngineSnapshot | "fresh" | null = "fresh";
  const drawFresh = () => beforeTraining(initialise(arrays, seed));
  let batches: Float32Array = new Float32Array();
  let optimizer: Optimizer | null = null;

  const withPrefix = (prefix: string): Packing => ({
    ...layout.parameters,
    arrays: layout.parameters.arrays.map((array) => ({ ...array, name: `${prefix}.${array.name}` })),
  });
  const readParameters = async (buffer: PlannedBuffer) =>
    inOrder(arrays, unpack(layout.parameters, await readFloats(device, buffer, layout.parameters.size)));

  async function openOptimizer(name: OptimizerStep["name"], steps = 0): Promise<Optimizer> {
    if (optimizer?.name === name) return optimizer;
    closeOptimizer();
    const plan = (label: string): PlannedBuffer => ({ label, bytes: parameters.bytes, buffer: null });
    const moments = new Map(MOMENTS[name].map((prefix) => [prefix, plan(prefix)] as const));
    await allocate(device, [...moments.values()]);
    const step = planUpdate(name, layout, state, [...moments.values()]);
    optimizer = { name, steps, moments, update: await prepareDispatches(device, [step]) };
    return optimizer;
  }

  function closeOptimizer(): void {
    if (!optimizer) return;
    optimizer.update.dispose();
    release([...optimizer.moments.values()]);
    optimizer = null;
  }

  return {
    state,

    async settle() {
      if (!waiting) return;
      await allocate(device, Object.values(state));
      const { model, optimizer: remembered, optimizerSteps } = waiting === "fresh" ? drawFresh() : waiting;
      write(device, parameters, pack(layout.parameters, model));
      write(device, running, pack(layout.runningMeans, model));
      write(device, running, pack(layout.runningVariances, model), half * 4);
      batches = pack(layout.batches, model);
      waiting = null;
      if (remembered.size === 0) return;
      const { moments } = await openOptimizer(rememberedBy(remembered), optimizerSteps);
      for (const [prefix, buffer] of moments) write(device, buffer, pack(withPrefix(prefix), remembered));
    },

    async openOptimizer(name) {
      await openOptimizer(name);
    },

    clearGradients() {
      submit(device, (encoder) => encoder.clearBuffer(gradients.buffer as GPUBuffer));
    },

    update(step) {
      if (optimizer?.name !== step.name) throw new Error(`${step.name} is not open`);
      const { update } = optimizer;
      optimizer.steps++;
      update.setUniforms(0, step.name === "adamw" ? adamwUniforms(step, optimizer.steps, quads) : sgdUniforms(step, quads));
      submit(device, (encoder) => update.encode(encoder));
    },

    readGradients: () => readParameters(gradients),

    countBatch() {
      batches = batches.map((count) => count + 1);
    },

    async snapshot() {
      const statistics = await readFloats(device, running, 2 * half);
      const model = inOrder(arrays, [
        ...(await readParameters(parameters)),
        ...unpack(layout.runningMeans, statistics.subarray(0, half)),
        ...unpack(layout.runningVariances, statistics.subarray(half)),
        ...unpack(layout.batches, batches),
      ]);
      const remembered: NamedArrays = new Map();
      if (!optimizer || optimizer.steps === 0) return beforeTraining(model);
      const { steps, moments } = optimizer;
      for (const [prefix, buffer] of moments) {
        for (const [name, array] of await readParameters(buffer)) remembered.set(`${prefix}.${name}`, array);
      }
      return { model, optimizer: remembered, optimizerSteps: steps, average: new Map() };
    },

    restore(snapshot) {
      checkArrays(arrays, snapshot.model, "The snapshot", arch);
      if (snapshot.optimizer.size > 0) {
        const expected = MOMENTS[rememberedBy(snapshot.optimizer)].flatMap((prefix) => withPrefix(prefix).arrays);
        checkArrays(expected, snapshot.optimizer, "The optimiser's state", arch);
      }
      closeOptimizer();
      waiting = snapshot;
    },

    memory() {
      const buffers = [...Object.values(state), ...(optimizer?.moments.values() ?? [])].filter(({ buffer }) => buffer);
      return { gpuBytes: countBytes(buffers) + (optimizer?.update.gpuBytes ?? 0), buffers: buffers.length };
    },

    dispose() {
      closeOptimizer();
      release(Object.values(state));
    },
  };
}

const rememberedBy = (remembered: NamedArrays): OptimizerStep["name"] =>
  [...remembered.keys()].some((name) => name.startsWith("momentum_buffer.")) ? "sgd" : "adamw";

type Adamw = Extract<OptimizerStep, { name: "adamw" }>;
type Sgd = Extract<OptimizerStep, { name: "sgd" }>;
/** What the uniforms are filled with before there is a step. */
const NO_ADAMW: Adamw = { name: "adamw", lr: 0, beta1: 0, beta2: 0, eps: 1, weightDecay: 0 };
const NO_SGD: Sgd = { name: "sgd", lr: 0, momentum: 0, weightDecay: 0 };

const sgdUniforms = ({ lr, momentum, weightDecay }: Sgd, quads: number) => ({ first: 0, quads, lr, momentum, weightDecay });

const adamwUniforms = ({ lr, beta1, beta2, eps, weightDecay }: Adamw, steps: number, quads: number) => ({
  first: 0,
  quads,
  beta1,
  beta2,
  oneMinusBeta1: 1 - beta1,
  oneMinusBeta2: 1 - beta2,
  keep: 1 - lr * weightDecay,
  rate: lr / (1 - beta1 ** steps),
  correction: Math.sqrt(1 - beta2 ** steps),
  eps,
});

/** An optimiser's step over all parameters, by its moments in the order of MOMENTS. It changes nothing before its uniforms are set. */
export function planUpdate(
  name: OptimizerStep["name"],
  layout: FusedLayout,
  { gradients, parameters }: StateBuffers,
  moments: PlannedBuffer[],
): Dispatch {
  const [first, second] = moments as [PlannedBuffer, PlannedBuffer];
  const quads = layout.parameters.size / QUAD;
  const size = { threads: quads, touched: { gradients: quads, parameters: 2 * quads } };
  if (name === "sgd") {
    const touched = { ...size.touched, momentumBuffer: 2 * quads };
    return dispatch(sgd, { gradients, parameters, momentumBuffer: first }, sgdUniforms(NO_SGD, quads), { ...size, touched });
  }
  const touched = { ...size.touched, expAvg: 2 * quads, expAvgSq: 2 * quads };
  const bindings = { gradients, parameters, expAvg: first, expAvgSq: second };
  return dispatch(adamw, bindings, adamwUniforms(NO_ADAMW, 1, quads), { ...size, touched });
}

/** Arrays in the order of torchvision's state dict. */
function inOrder(order: readonly { name: string }[], arrays: Iterable<[string, NamedArray]>): NamedArrays {
  const named = new Map(arrays);
  const ordered: NamedArrays = new Map();
  for (const { name } of order) {
    const array = named.get(name);
    if (array) ordered.set(name, array);
  }
  return ordered;
}
