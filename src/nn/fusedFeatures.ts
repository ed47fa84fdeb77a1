// What the head of the fused engine pools, read back after an inference pass: kernels pool it through BatchNorm and ReLU as they load, so that it
// stands nowhere on the GPU.
import { poolsActivated } from "./densenet";
import type { BatchBuffers, StateBuffers } from "./fusedBuffers";
import { type FusedLayout, planSides, QUAD } from "./fusedLayout";
import { readBytes, readFloats } from "./gpuBuffers";
import { NUMBER_TYPES, readNumbers } from "./numberTypes";

/** As activations are stored. */
const STORED = { f32: NUMBER_TYPES.F32, f16: NUMBER_TYPES.F16 } as const;

/** What a film of so many pixels a side has of it. */
export function placeFeatures({ blocks, norm5 }: FusedLayout, size: number) {
  const side = planSides(blocks.length, size).blocks.at(-1) ?? 0;
  const channels = norm5.quads * QUAD;
  return { side, channels, floatsPerFilm: side * side * channels };
}

/** Of the films of the last pass, [films, side, side, channels]; `state` is what they were passed through. */
export async function readFeatures(
  device: GPUDevice,
  layout: FusedLayout,
  { shape, options, filmsPerSlice, blocks }: BatchBuffers,
  { norms }: Pick<StateBuffers, "norms">,
  films: number,
): Promise<Float32Array> {
  const { channels, floatsPerFilm } = placeFeatures(layout, shape.size);
  const readNorm = (quads: number) => readFloats(device, norms, channels, quads * QUAD);
  const scales = await readNorm(layout.norm5.scales);
  const shifts = await readNorm(layout.norm5.shifts);
  const least = poolsActivated(layout.fastaiHead ? "fastai" : "linear") ? 0 : Number.NEGATIVE_INFINITY;
  const type = STORED[options.storage];
  const features = new Float32Array(films * floatsPerFilm);
  for (const [slice, block] of (blocks.at(-1) ?? []).entries()) {
    const first = slice * filmsPerSlice;
    const count = Math.min(filmsPerSlice, films - first) * floatsPerFilm;
    if (count <= 0) break;
    const bytes = await readBytes(device, block, count * type.bytes);
    const stored = readNumbers(new DataView(bytes.buffer), 0, count, type);
    const out = features.subarray(first * floatsPerFilm);
    for (let at = 0; at < count; at++) {
      const channel = at % channels;
      out[at] = Math.max(least, stored[at]! * scales[channel]! + shifts[channel]!);
    }
  }
  return features;
}
