// Resizes samples of more than 8 bits with Pillow's antialiased triangle filter, in floats. Bytes are resized by `resize.ts`, to the byte.
import type { Samples } from "./film";
import { computeWeights } from "./resize";

export interface WideImage {
  width: number;
  height: number;
  /** [height, width]. */
  data: Samples | Float32Array;
}

/** Equal to Pillow's `Image.resize((width, height), Image.BILINEAR)` on mode "F": rows first, then columns, each rounded to float32. */
export function resizeFloat(image: WideImage, width: number, height: number): Float32Array {
  const across = image.width === width ? Float32Array.from(image.data) : resizeRows(image, width);
  return image.height === height ? across : resizeColumns(across, width, image.height, height);
}

function resizeRows({ width: from, height, data }: WideImage, to: number): Float32Array {
  const { taps, first, counts, weights } = computeWeights(from, to);
  const out = new Float32Array(to * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < to; x++) {
      const start = y * from + first[x]!;
      const count = counts[x]!;
      let sum = 0;
      for (let i = 0; i < count; i++) sum += data[start + i]! * weights[x * taps + i]!;
      out[y * to + x] = sum;
    }
  }
  return out;
}

function resizeColumns(data: Float32Array, width: number, from: number, to: number): Float32Array {
  const { taps, first, counts, weights } = computeWeights(from, to);
  const out = new Float32Array(width * to);
  const sums = new Float64Array(width);
  for (let y = 0; y < to; y++) {
    sums.fill(0);
    const count = counts[y]!;
    // Row by row of the input, so that memory is read in the order it lies.
    for (let i = 0; i < count; i++) {
      const row = (first[y]! + i) * width;
      const weight = weights[y * taps + i]!;
      for (let x = 0; x < width; x++) sums[x]! += data[row + x]! * weight;
    }
    out.set(sums, y * width);
  }
  return out;
}
