// Takes and gives back the memory of planned buffers; writes it and reads it back. Knows no network.
import type { Dispatch, PlannedBuffer } from "../kernels/dispatches";
import { LabError } from "../protocol/labError";

/** Every buffer that dispatches refer to, once. */
export function listBuffers(dispatches: readonly Dispatch[]): PlannedBuffer[] {
  return [...new Set(dispatches.flatMap(({ bindings }) => Object.values(bindings)))];
}

const asBinary = (bytes: number) =>
  bytes < 2 ** 30 ? `${Math.max(1, Math.round(bytes / 2 ** 20))} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;

/**
 * Allocates those that are not yet. All or none: what was taken is given back where the adapter refuses one.
 * @throws LabError outOfGpuMemory
 */
export async function allocate(device: GPUDevice, buffers: readonly PlannedBuffer[]): Promise<void> {
  const missing = buffers.filter(({ buffer }) => !buffer);
  const bytes = missing.reduce((sum, one) => sum + one.bytes, 0);
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  let refused: unknown;
  try {
    for (const one of missing) {
      one.buffer = device.createBuffer({
        label: one.label,
        size: one.bytes,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
    }
  } catch (error) {
    refused = error;
  }
  const tooLarge = await device.popErrorScope();
  const noMemory = await device.popErrorScope();
  if (!(refused ?? tooLarge ?? noMemory)) return;
  release(missing);
  throw new LabError(
    "outOfGpuMemory",
    `The graphics card has no ${asBinary(bytes)} left for this network and batch.`,
    "Batch size",
  );
}

export function release(buffers: readonly PlannedBuffer[]): void {
  for (const one of buffers) {
    one.buffer?.destroy();
    one.buffer = null;
  }
}

/** Bytes of those that are allocated. */
export const countBytes = (buffers: readonly PlannedBuffer[]) =>
  buffers.reduce((sum, { buffer }) => sum + (buffer?.size ?? 0), 0);

export function submit(device: GPUDevice, work: (encoder: GPUCommandEncoder) => void): void {
  const encoder = device.createCommandEncoder();
  work(encoder);
  device.queue.submit([encoder.finish()]);
}

export function write(
  device: GPUDevice,
  { buffer, label }: PlannedBuffer,
  data: Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>,
  offset = 0,
): void {
  if (!buffer) throw new Error(`${label} is not allocated`);
  device.queue.writeBuffer(buffer, offset, data);
}

const CHUNK_BYTES = 16 * 2 ** 20;

/** `length` bytes from `from` on, read through a small window, so that reading takes next to no memory. */
export async function readBytes(
  device: GPUDevice,
  { buffer, label }: PlannedBuffer,
  length: number,
  from = 0,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!buffer) throw new Error(`${label} is not allocated`);
  const out = new Uint8Array(length);
  const window = device.createBuffer({
    label: "window",
    size: Math.min(CHUNK_BYTES, length),
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  try {
    for (let offset = 0; offset < length; offset += window.size) {
      const size = Math.min(window.size, length - offset);
      submit(device, (encoder) => encoder.copyBufferToBuffer(buffer, from + offset, window, 0, size));
      await window.mapAsync(GPUMapMode.READ, 0, size);
      out.set(new Uint8Array(window.getMappedRange(0, size)), offset);
      window.unmap();
    }
  } finally {
    window.destroy();
  }
  return out;
}

/** As `readBytes`, counted in floats. */
export async function readFloats(device: GPUDevice, buffer: PlannedBuffer, length: number, from = 0): Promise<Float32Array> {
  return new Float32Array((await readBytes(device, buffer, 4 * length, 4 * from)).buffer);
}
