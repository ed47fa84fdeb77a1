// The moving average of the fused engine's model, on the GPU: weights and running statistics, as timm's ModelEmaV2 keeps them.
import { moveAverage } from "../kernels/average";
import { type DispatchList, dispatch, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import { type ModelBuffers, planModel, QUAD_BYTES } from "./fusedBuffers";
import type { FusedLayout } from "./fusedLayout";
import { allocate, countBytes, release, submit } from "./gpuBuffers";

export interface FusedAverage {
  readonly buffers: ModelBuffers;
  /** Allocates it, beside a model that is already; what it begins with is for the caller to write. @throws LabError outOfGpuMemory */
  open(): Promise<void>;
  /** Keeps `decay` of itself, and takes the rest from the model as it is. */
  update(decay: number): void;
  memory(): { gpuBytes: number; buffers: number };
  dispose(): void;
}

export function createFusedAverage(device: GPUDevice, layout: FusedLayout, model: ModelBuffers): FusedAverage {
  const buffers = planModel(layout);
  const planned: PlannedBuffer[] = Object.values(buffers);
  let list: DispatchList | null = null;

  const record = (keep: number) =>
    (["parameters", "running"] as const).map((part) => {
      const quads = model[part].bytes / QUAD_BYTES.f32;
      return dispatch(
        moveAverage,
        { values: model[part], average: buffers[part] },
        { quads, keep, take: 1 - keep },
        { threads: quads, touched: { values: quads, average: 2 * quads } },
      );
    });

  return {
    buffers,

    async open() {
      await allocate(device, planned);
      list ??= await prepareDispatches(device, record(1));
    },

    update(decay) {
      if (!list) throw new Error("The moving average is not open");
      const { encode, setUniforms } = list;
      for (const [index, { uniforms }] of record(decay).entries()) setUniforms(index, uniforms);
      submit(device, encode);
    },

    memory: () => ({
      gpuBytes: countBytes(planned) + (list?.gpuBytes ?? 0),
      buffers: planned.filter(({ buffer }) => buffer).length,
    }),

    dispose() {
      list?.dispose();
      release(planned);
    },
  };
}
