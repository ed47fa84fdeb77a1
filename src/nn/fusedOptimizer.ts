// The fused engine's optimiser: its moments, and its step as a list of dispatches, one for each span of the parameters that is treated alike.
// Sees gradients and parameters, but no film.
import { findClipFactor, NORM_FLOATS, NORM_PARTS, scaleGradients, sumSquares } from "../kernels/clip";
import { type Dispatch, type DispatchList, dispatch, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import { adamw, sgd } from "../kernels/optimizer";
import type { ArraySpec } from "./densenet";
import type { EngineSnapshot, OptimizerStep } from "./engine";
import type { StateBuffers } from "./fusedBuffers";
import { QUAD } from "./fusedLayout";
import { allocate, countBytes, readFloats, release, submit, write } from "./gpuBuffers";
import { cutSpans, type Span, stepOf } from "./layerGroups";
import { checkMoments, MOMENTS, nameMoments, packMoments } from "./moments";
import { inOrder } from "./namedArrays";
import { type Packing, unpack } from "./packing";

/** Changes nothing: for what has to be ready before a first step is known. */
export const NO_STEP: OptimizerStep = { name: "adamw", lr: 0, beta1: 0, beta2: 0, eps: 1, weightDecay: 0 };

type Remembered = Pick<EngineSnapshot, "optimizer" | "optimizerSteps">;

export interface FusedOptimizer {
  /** Readies all that `update` needs for such a step, with fresh moments where another optimiser was in use. @throws LabError outOfGpuMemory */
  open(step: OptimizerStep): Promise<void>;
  /** One step by the gradients as they are. */
  update(step: OptimizerStep): void;
  /** In the network's order. */
  snapshot(): Promise<Remembered>;
  /** @throws LabError weightsMismatch */
  check(remembered: Remembered): void;
  /** Goes on from a snapshot, or from nothing. @throws LabError outOfGpuMemory */
  restore(remembered: Remembered): Promise<void>;
  memory(): { gpuBytes: number; buffers: number };
  dispose(): void;
}

/** `arrays` are in the network's order, and `packing` has the parameters among them. */
export function createFusedOptimizer(
  device: GPUDevice,
  arrays: readonly ArraySpec[],
  packing: Packing<ArraySpec>,
  state: StateBuffers,
  arch: string,
): FusedOptimizer {
  const norm = planNorm();
  let name: OptimizerStep["name"] | null = null;
  /** In the order of MOMENTS. */
  let moments: PlannedBuffer[] = [];
  let steps = 0;
  let prepared: { kind: string; list: DispatchList } | null = null;

  const record = (step: OptimizerStep, count: number) =>
    recordUpdate(step, count, cutSpans(packing, step), { state, moments, norm });

  async function openMoments(wanted: OptimizerStep["name"]): Promise<void> {
    if (name === wanted) return;
    close();
    const planned = MOMENTS[wanted].map((label) => ({ label, bytes: state.parameters.bytes, buffer: null }));
    await allocate(device, planned);
    name = wanted;
    moments = planned;
  }

  function close(): void {
    prepared?.list.dispose();
    release(moments);
    prepared = null;
    name = null;
    moments = [];
    steps = 0;
  }

  return {
    async open(step) {
      await openMoments(step.name);
      const dispatches = record(step, 1);
      const kind = dispatches.map(({ kernel, workgroups }) => `${kernel.name} ${workgroups}`).join();
      if (prepared?.kind === kind) return;
      prepared?.list.dispose();
      prepared = null;
      if (step.clipNorm !== undefined) await allocate(device, [norm]);
      prepared = { kind, list: await prepareDispatches(device, dispatches) };
    },

    update(step) {
      if (!prepared) throw new Error(`${step.name} is not open`);
      const { list } = prepared;
      steps = step.restarts ? 1 : steps + 1;
      for (const [index, { uniforms }] of record(step, steps).entries()) list.setUniforms(index, uniforms);
      submit(device, (encoder) => {
        if (step.restarts) for (const { buffer } of moments) encoder.clearBuffer(buffer as GPUBuffer);
        list.encode(encoder);
      });
    },

    async snapshot() {
      if (!name || steps === 0) return { optimizer: new Map(), optimizerSteps: 0 };
      const read = [];
      for (const moment of moments) {
        read.push(inOrder(arrays, unpack(packing, await readFloats(device, moment, packing.size))));
      }
      return { optimizer: nameMoments(name, read), optimizerSteps: steps };
    },

    check: ({ optimizer }) => checkMoments(packing, optimizer, arch),

    async restore({ optimizer, optimizerSteps }) {
      close();
      const packed = packMoments(packing, optimizer);
      if (!packed) return;
      await openMoments(packed.name);
      for (const [index, moment] of moments.entries()) write(device, moment, packed.vectors[index] as Float32Array<ArrayBuffer>);
      steps = optimizerSteps;
    },

    memory() {
      const buffers = [...moments, norm].filter(({ buffer }) => buffer);
      return { gpuBytes: countBytes(buffers) + (prepared?.list.gpuBytes ?? 0), buffers: buffers.length };
    },

    dispose() {
      close();
      release([norm]);
    },
  };
}

/** For the norm of gradients, where they are clipped. */
export const planNorm = (): PlannedBuffer => ({
  label: "gradient norm",
  bytes: Math.ceil(NORM_FLOATS / QUAD) * QUAD * 4,
  buffer: null,
});

export interface UpdateBuffers {
  state: Pick<StateBuffers, "gradients" | "parameters">;
  /** In the order of MOMENTS. */
  moments: PlannedBuffer[];
  norm: PlannedBuffer;
}

/** The step that is the `steps`th since its moments began. */
export function recordUpdate(step: OptimizerStep, steps: number, spans: readonly Span[], buffers: UpdateBuffers): Dispatch[] {
  const trained = spans.filter((span) => span.trained);
  const clipping = step.clipNorm === undefined ? [] : recordClip(step.clipNorm, trained, buffers);
  return [...clipping, ...trained.map((span) => recordSpan(stepOf(step, span), steps, span, buffers))];
}

const quadsOf = ({ first, size }: Span) => ({ first: first / QUAD, quads: size / QUAD });

function recordClip(maxNorm: number, trained: readonly Span[], { state: { gradients }, norm }: UpdateBuffers): Dispatch[] {
  const places = trained.map(quadsOf);
  return [
    ...places.map((place, index) =>
      dispatch(
        sumSquares,
        { gradients, norm },
        { ...place, begin: index === 0 ? 1 : 0 },
        { threads: NORM_PARTS, touched: { gradients: place.quads } },
      ),
    ),
    dispatch(findClipFactor, { norm }, { maxNorm }, { threads: 1 }),
    ...places.map((place) =>
      dispatch(scaleGradients, { norm, gradients }, place, { threads: place.quads, touched: { gradients: 2 * place.quads } }),
    ),
  ];
}

function recordSpan(step: OptimizerStep, steps: number, span: Span, { state, moments }: UpdateBuffers): Dispatch {
  const { gradients, parameters } = state;
  const [first, second] = moments as [PlannedBuffer, PlannedBuffer];
  const place = quadsOf(span);
  const { quads } = place;
  const touched = { gradients: quads, parameters: 2 * quads };
  if (step.name === "sgd") {
    const { lr, momentum, weightDecay } = step;
    const bindings = { gradients, parameters, momentumBuffer: first };
    const uniforms = { ...place, lr, momentum, weightDecay };
    return dispatch(sgd, bindings, uniforms, { threads: quads, touched: { ...touched, momentumBuffer: 2 * quads } });
  }
  const { lr, beta1, beta2, eps, weightDecay } = step;
  const uniforms = {
    ...place,
    beta1,
    beta2,
    oneMinusBeta1: 1 - beta1,
    oneMinusBeta2: 1 - beta2,
    keep: 1 - lr * weightDecay,
    rate: lr / (1 - beta1 ** steps),
    correction: Math.sqrt(1 - beta2 ** steps),
    eps,
  };
  const bindings = { gradients, parameters, expAvg: first, expAvgSq: second };
  return dispatch(adamw, bindings, uniforms, { threads: quads, touched: { ...touched, expAvg: 2 * quads, expAvgSq: 2 * quads } });
}
