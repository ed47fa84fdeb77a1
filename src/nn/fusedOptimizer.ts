// The fused engine's optimiser: its moments, and its step as a list of dispatches, one for each span of the parameters that is treated alike.
// Sees gradients and parameters, but no film.
import { CLIP_EPSILON, findClipFactor, NORM_FLOATS, NORM_PARTS, scaleGradients, sumSquares } from "../kernels/clip";
import { type Dispatch, type DispatchList, dispatch, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import { adamw, sgd } from "../kernels/optimizer";
import type { ArraySpec } from "./densenet";
import type { EngineSnapshot, OptimizerStep } from "./engine";
import type { StateBuffers } from "./fusedBuffers";
import { QUAD } from "./fusedLayout";
import { allocate, countBytes, readFloats, release, submit, write } from "./gpuBuffers";
import { cutSpans, type Span, stepOf } from "./layerGroups";
import { FIRST_LOSS_SCALE, moveLossScale } from "./lossScale";
import { checkMoments, MOMENTS, nameMoments, packMoments } from "./moments";
import { inOrder } from "./namedArrays";
import { type Packing, unpack } from "./packing";

/** Changes nothing: for what has to be ready before a first step is known. */
export const NO_STEP: OptimizerStep = { name: "adamw", lr: 0, beta1: 0, beta2: 0, eps: 1, weightDecay: 0 };

type Remembered = Pick<EngineSnapshot, "optimizer" | "optimizerSteps" | "lossScale">;

export interface FusedOptimizer {
  /** Readies all that `update` needs for such a step, with fresh moments where another optimiser was in use. @throws LabError outOfGpuMemory */
  open(step: OptimizerStep): Promise<void>;
  /** What the loss of the next gradients is multiplied by: 1 in floats. */
  readonly lossScale: number;
  /**
   * Whether the gradients, scaled as the loss was, are to be followed. In floats they are. In halves only where all are finite, which is
   * waited for: else the scale is too large, and becomes smaller.
   */
  accepts(step: OptimizerStep): Promise<boolean>;
  /** One step by the gradients, scaled as the loss was. */
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

/**
 * `arrays` are in the network's order, and `packing` has the parameters among them. `inHalves`: gradients are computed so, of a loss that is
 * scaled for it.
 */
export function createFusedOptimizer(
  device: GPUDevice,
  arrays: readonly ArraySpec[],
  packing: Packing<ArraySpec>,
  state: StateBuffers,
  { arch, inHalves }: { arch: string; inHalves: boolean },
): FusedOptimizer {
  const norm = planNorm();
  let name: OptimizerStep["name"] | null = null;
  /** In the order of MOMENTS. */
  let moments: PlannedBuffer[] = [];
  let steps = 0;
  let scale = FIRST_LOSS_SCALE;
  let prepared: { kind: string; list: DispatchList } | null = null;

  const scaleNow = () => (inHalves ? scale.scale : 1);

  const record = (step: OptimizerStep, count: number) =>
    recordUpdate(step, count, cutSpans(packing, step), { state, moments, norm }, { inHalves, scale: scaleNow() });

  function restart(): void {
    submit(device, (encoder) => {
      for (const { buffer } of moments) encoder.clearBuffer(buffer as GPUBuffer);
    });
    steps = 0;
  }

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

  /** Submits the dispatches that measure gradients, those that follow them, or both. */
  function run(step: OptimizerStep, part: "measures" | "changes" | "all"): void {
    if (!prepared) throw new Error(`${step.name} is not open`);
    const { list } = prepared;
    const { measures, changes } = record(step, steps);
    const dispatches = [...measures, ...changes];
    const from = part === "changes" ? measures.length : 0;
    const to = part === "measures" ? measures.length : dispatches.length;
    for (let index = from; index < to; index++) list.setUniforms(index, dispatches[index]?.uniforms ?? {});
    submit(device, (encoder) => list.encode(encoder, from, to));
  }

  return {
    get lossScale() {
      return scaleNow();
    },

    async open(step) {
      await openMoments(step.name);
      const { measures, changes } = record(step, 1);
      const dispatches = [...measures, ...changes];
      const kind = dispatches.map(({ kernel, workgroups }) => `${kernel.name} ${workgroups}`).join();
      if (prepared?.kind === kind) return;
      prepared?.list.dispose();
      prepared = null;
      if (measures.length > 0) await allocate(device, [norm]);
      prepared = { kind, list: await prepareDispatches(device, dispatches) };
    },

    async accepts(step) {
      if (!inHalves) return true;
      run(step, "measures");
      const [factor = Number.NaN] = await readFloats(device, norm, 1, NORM_PARTS);
      const finite = Number.isFinite(factor);
      // Unscaled, what is not finite is the network's own: it shows, as it does in floats.
      const accepted = finite || scale.scale === 1;
      if (!accepted) {
        if (step.restarts) restart();
        scale = moveLossScale(scale, false);
      }
      return accepted;
    },

    update(step) {
      if (step.restarts) restart();
      steps++;
      run(step, inHalves ? "changes" : "all");
      if (inHalves) scale = moveLossScale(scale, true);
    },

    async snapshot() {
      const scaled = inHalves ? { lossScale: scale } : {};
      if (!name || steps === 0) return { optimizer: new Map(), optimizerSteps: 0, ...scaled };
      const read = [];
      for (const moment of moments) {
        read.push(inOrder(arrays, unpack(packing, await readFloats(device, moment, packing.size))));
      }
      return { optimizer: nameMoments(name, read), optimizerSteps: steps, ...scaled };
    },

    check: ({ optimizer }) => checkMoments(packing, optimizer, arch),

    async restore({ optimizer, optimizerSteps, lossScale = FIRST_LOSS_SCALE }) {
      close();
      scale = lossScale;
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

/**
 * The step that is the `steps`th since its moments began, by gradients of a loss that was multiplied by `scale`: what measures them, where
 * they are clipped or come of halves, and what changes the parameters.
 */
export function recordUpdate(
  step: OptimizerStep,
  steps: number,
  spans: readonly Span[],
  buffers: UpdateBuffers,
  { inHalves, scale }: { inHalves: boolean; scale: number },
): { measures: Dispatch[]; changes: Dispatch[] } {
  const trained = spans.filter((span) => span.trained);
  const measured = inHalves || step.clipNorm !== undefined;
  return {
    measures: measured ? recordNorm(step, trained, buffers, scale) : [],
    changes: recordChanges(step, steps, trained, buffers, scale),
  };
}

const quadsOf = ({ first, size }: Span) => ({ first: first / QUAD, quads: size / QUAD });

/** Clips no norm whose square a float holds, and leaves no factor that it does not hold, whatever the scale. */
const UNCLIPPED = 1e30;

/** The gradients' norm, as what they are multiplied by to be clipped; no number where one of them is none. */
function recordNorm({ clipNorm }: OptimizerStep, trained: readonly Span[], { state, norm }: UpdateBuffers, scale: number) {
  const { gradients } = state;
  const maxNorm = clipNorm === undefined ? UNCLIPPED : clipNorm * scale;
  return [
    ...trained.map(quadsOf).map((place, index) => {
      const uniforms = { ...place, begin: index === 0 ? 1 : 0 };
      return dispatch(sumSquares, { gradients, norm }, uniforms, { threads: NORM_PARTS, touched: { gradients: place.quads } });
    }),
    dispatch(findClipFactor, { norm }, { maxNorm, epsilon: CLIP_EPSILON * scale }, { threads: 1 }),
  ];
}

/** Clips by the norm that was found, where the step does; then changes the parameters. */
function recordChanges(
  step: OptimizerStep,
  steps: number,
  trained: readonly Span[],
  buffers: UpdateBuffers,
  scale: number,
): Dispatch[] {
  const { gradients } = buffers.state;
  const { norm } = buffers;
  const clips = trained
    .map(quadsOf)
    .map((place) =>
      dispatch(scaleGradients, { norm, gradients }, place, { threads: place.quads, touched: { gradients: 2 * place.quads } }),
    );
  return [
    ...(step.clipNorm === undefined ? [] : clips),
    ...trained.map((span) => recordSpan(stepOf(step, span), steps, span, buffers, 1 / scale)),
  ];
}

function recordSpan(
  step: OptimizerStep,
  steps: number,
  span: Span,
  { state, moments }: UpdateBuffers,
  unscale: number,
): Dispatch {
  const { gradients, parameters } = state;
  const [first, second] = moments as [PlannedBuffer, PlannedBuffer];
  const place = quadsOf(span);
  const { quads } = place;
  const touched = { gradients: quads, parameters: 2 * quads };
  if (step.name === "sgd") {
    const { lr, momentum, weightDecay } = step;
    const bindings = { gradients, parameters, momentumBuffer: first };
    const uniforms = { ...place, unscale, lr, momentum, weightDecay };
    return dispatch(sgd, bindings, uniforms, { threads: quads, touched: { ...touched, momentumBuffer: 2 * quads } });
  }
  const { lr, beta1, beta2, eps, weightDecay } = step;
  const uniforms = {
    ...place,
    unscale,
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
