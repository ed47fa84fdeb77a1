// Numbers for what is timed. Over zeros a card takes less power, and may pack them: both would flatter it.
import type { PlannedBuffer } from "../kernels/dispatches";
import { write } from "../nn/gpuBuffers";
import { createRandom } from "../nn/random";

const PIECE_BYTES = 2 ** 20;

/** Fills an allocated buffer with float32 noise, the same in each mebibyte. */
export function fillWithNoise(device: GPUDevice, buffer: PlannedBuffer): void {
  const random = createRandom(0, "drawn");
  const piece = Float32Array.from({ length: Math.min(buffer.bytes, PIECE_BYTES) / 4 }, () => random.normal());
  for (let at = 0; at < buffer.bytes; at += PIECE_BYTES) write(device, buffer, piece.subarray(0, (buffer.bytes - at) / 4), at);
}
