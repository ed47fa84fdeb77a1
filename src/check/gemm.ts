// The best rate of the engine's own matrix product by itself, without BatchNorm on load: what the adapter gives at a shape. Not a step.
import { forward1x1 } from "../kernels/convolve1x1";
import { dispatch, type PlannedBuffer, prepareDispatches } from "../kernels/dispatches";
import { planProduct } from "../kernels/product";
import { getGpu } from "../nn/backend";
import type { EngineOptions } from "../nn/engine";
import { chooseTuning } from "../nn/fusedKernels";
import { allocate, release } from "../nn/gpuBuffers";
import { fillWithNoise } from "./noise";
import { timeQueue } from "./timeQueue";

const QUAD = 4;

/**
 * GFLOPS at [rows, inner, columns]: the best of several runs, each of many products.
 * @param options what they multiply in, halves only on a device with shader-f16
 */
export async function measureOwnGemm(
  [rows, inner, columns]: [number, number, number],
  options: Pick<EngineOptions, "arithmetic"> = {},
): Promise<number> {
  const { device, report } = getGpu();
  const tuning = chooseTuning(report, options);
  const columnQuads = columns / QUAD;
  const grid = planProduct({ rows, columnQuads }, tuning);
  const floats = (label: string, count: number): PlannedBuffer => ({ label, bytes: count * 4, buffer: null });
  const left = floats("left", rows * inner);
  const parameters = floats("parameters", inner * columns);
  const out = floats("out", rows * columns);
  const columnParts = floats("column sums", grid.strips * 3 * columns);
  const uniforms = {
    rows,
    rowsPerStrip: grid.rowsPerStrip,
    strips: grid.strips,
    columnQuads,
    innerQuads: inner / QUAD,
    leftStride: inner / QUAD,
    weights: 0,
    scales: 0,
    shifts: 0,
    partsFrom: 0,
    outStride: columnQuads,
    outFirst: 0,
    height: 0,
    width: 0,
    outHeight: 0,
    outWidth: 0,
  };
  const buffers = { left, parameters, out, columnParts, norms: parameters };
  await allocate(device, [left, parameters, out, columnParts]);
  const flop = 2 * rows * inner * columns;
  const one = dispatch(forward1x1(tuning.tiling, "f32", "f32", false), buffers, uniforms, { threads: grid.threads, flop });
  try {
    for (const factor of [left, parameters]) fillWithNoise(device, factor);
    const list = await prepareDispatches(device, [one]);
    const ms = await timeQueue(device, (encoder) => list.encode(encoder));
    list.dispose();
    return flop / ms / 1e6;
  } finally {
    release([left, parameters, out, columnParts]);
  }
}
