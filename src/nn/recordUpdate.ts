// A step of the fused engine's optimiser as a list of dispatches, one for each span of the parameters that is treated alike. Allocates and runs
// nothing.
import { CLIP_EPSILON, findClipFactor, NORM_FLOATS, NORM_PARTS, scaleGradients, sumSquares } from "../kernels/clip";
import { type Dispatch, dispatch, type PlannedBuffer } from "../kernels/dispatches";
import { adamw, sgd } from "../kernels/optimizer";
import type { ArraySpec } from "./densenet";
import type { EngineOptions, OptimizerStep } from "./engine";
import type { StateBuffers } from "./fusedBuffers";
import { QUAD } from "./fusedLayout";
import { cutSpans, type Span, stepOf } from "./layerGroups";
import { MOMENTS } from "./moments";
import type { Packing } from "./packing";

/** Changes nothing: for what has to be ready before a first step is known. */
export const NO_STEP: OptimizerStep = { name: "adamw", lr: 0, beta1: 0, beta2: 0, eps: 1, weightDecay: 0 };

/** In the order of MOMENTS. */
export const planMoments = (name: OptimizerStep["name"], { parameters }: Pick<StateBuffers, "parameters">): PlannedBuffer[] =>
  MOMENTS[name].map((label) => ({ label, bytes: parameters.bytes, buffer: null }));

/** For the norm of gradients, where it is measured. */
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

/** A plain step of AdamW and the buffers that are its own, which none are allocated of. */
export function planUpdate(
  packing: Packing<ArraySpec>,
  state: StateBuffers,
  { arithmetic }: Pick<EngineOptions, "arithmetic">,
): { dispatches: Dispatch[]; moments: PlannedBuffer[]; norm: PlannedBuffer } {
  const own = { moments: planMoments("adamw", state), norm: planNorm() };
  const how = { inHalves: arithmetic === "f16", scale: 1 };
  const { measures, changes } = recordUpdate(NO_STEP, 1, cutSpans(packing, NO_STEP), { state, ...own }, how);
  return { dispatches: [...measures, ...changes], ...own };
}
