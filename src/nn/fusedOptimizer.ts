// The fused engine's optimiser: its moments, the scale of the loss that gradients are of, and its step (recordUpdate.ts). Sees gradients and
// parameters, but no film.
import { NORM_PARTS } from "../kernels/clip";
import { type DispatchList, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import type { ArraySpec } from "./densenet";
import type { EngineSnapshot, OptimizerStep } from "./engine";
import type { StateBuffers } from "./fusedBuffers";
import { allocate, countBytes, readFloats, release, submit, write } from "./gpuBuffers";
import { cutSpans } from "./layerGroups";
import { FIRST_LOSS_SCALE, moveLossScale } from "./lossScale";
import { checkMoments, nameMoments, packMoments } from "./moments";
import { inOrder } from "./namedArrays";
import { type Packing, unpack } from "./packing";
import { planMoments, planNorm, recordUpdate } from "./recordUpdate";

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
    const planned = planMoments(wanted, state);
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
