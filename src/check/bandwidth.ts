// How fast the graphics card's memory is, seen from copies between buffers. A lower bound: a copy need not be the best that it can do.
import type { PlannedBuffer } from "../kernels/dispatches";
import { allocate, release } from "../nn/gpuBuffers";
import { fillWithNoise } from "./noise";
import { timeQueue } from "./timeQueue";

/** Beyond the caches of most cards, and a buffer that every one of them can have: WebGPU promises 256 MiB. */
const COPIED_BYTES = 128 * 2 ** 20;

/** Bytes read and written, in 1e9 a second. @throws LabError outOfGpuMemory */
export async function measureCopies(device: GPUDevice): Promise<number> {
  const planned = (label: string): PlannedBuffer => ({ label, bytes: COPIED_BYTES, buffer: null });
  const [from, to] = [planned("copied from"), planned("copied to")];
  await allocate(device, [from, to]);
  try {
    fillWithNoise(device, from);
    const ms = await timeQueue(device, (encoder) => {
      if (from.buffer && to.buffer) encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, COPIED_BYTES);
    });
    return (2 * COPIED_BYTES) / ms / 1e6;
  } finally {
    release([from, to]);
  }
}
