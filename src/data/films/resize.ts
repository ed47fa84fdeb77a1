// Resizes 8-bit grey images with Pillow's antialiased triangle filter. It changes the aspect ratio where asked to; it crops nothing.

export interface GreyImage {
  width: number;
  height: number;
  /** [height, width], one byte a pixel. */
  data: Uint8Array;
}

/** Pillow's fixed-point precision for 8-bit images: 32 bits less 8 for the value and 2 of head room (src/libImaging/Resample.c). */
const PRECISION_BITS = 22;
const HALF = 2 ** (PRECISION_BITS - 1);

/** For each output pixel the first input pixel, how many, and their weights (`taps` a pixel, fixed point). */
interface Coefficients {
  taps: number;
  first: Int32Array;
  counts: Int32Array;
  weights: Int32Array;
}

const cache = new Map<string, Coefficients>();
const MAX_CACHED = 64;

function coefficientsFor(from: number, to: number): Coefficients {
  const key = `${from} ${to}`;
  let coefficients = cache.get(key);
  if (!coefficients) {
    if (cache.size >= MAX_CACHED) cache.clear();
    coefficients = computeCoefficients(from, to);
    cache.set(key, coefficients);
  }
  return coefficients;
}

/** For each output pixel the first input pixel, how many, and their weights (`taps` a pixel), which sum to 1. */
export interface Weights {
  taps: number;
  first: Int32Array;
  counts: Int32Array;
  weights: Float64Array;
}

/** `precompute_coeffs` of Pillow's Resample.c for the triangle filter (support 1). */
export function computeWeights(from: number, to: number): Weights {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const counts = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let out = 0; out < to; out++) {
    const centre = (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const distance = Math.abs((i + start - centre + 0.5) * (1 / support));
      const weight = distance < 1 ? 1 - distance : 0;
      weights[out * taps + i] = weight;
      sum += weight;
    }
    first[out] = start;
    counts[out] = count;
    if (sum !== 0) for (let i = 0; i < count; i++) weights[out * taps + i]! /= sum;
  }
  return { taps, first, counts, weights };
}

/** `normalize_coeffs_8bpc` of Resample.c. */
function computeCoefficients(from: number, to: number): Coefficients {
  const { weights, ...rest } = computeWeights(from, to);
  return { ...rest, weights: Int32Array.from(weights, (weight) => Math.trunc(0.5 + weight * 2 ** PRECISION_BITS)) };
}

/**
 * Equal to Pillow's `Image.resize((width, height), Image.BILINEAR)` on mode "L": rows first, then columns, each rounded to bytes.
 * Returns [height, width]; a pass that changes nothing is left out, as in Pillow.
 */
export function resizeGrey(image: GreyImage, width: number, height: number): Uint8Array {
  const across = image.width === width ? image.data : resizeRows(image, width);
  return image.height === height ? across.slice() : resizeColumns(across, width, image.height, height);
}

function resizeRows({ width: from, height, data }: GreyImage, to: number): Uint8Array {
  const { taps, first, counts, weights } = coefficientsFor(from, to);
  const out = new Uint8Array(to * height);
  for (let y = 0; y < height; y++) {
    const row = y * from;
    const outRow = y * to;
    for (let x = 0; x < to; x++) {
      const start = row + first[x]!;
      const count = counts[x]!;
      const weight = x * taps;
      let sum = HALF;
      for (let i = 0; i < count; i++) sum += data[start + i]! * weights[weight + i]!;
      out[outRow + x] = sum >> PRECISION_BITS;
    }
  }
  return out;
}

function resizeColumns(data: Uint8Array, width: number, from: number, to: number): Uint8Array {
  const { taps, first, counts, weights } = coefficientsFor(from, to);
  const out = new Uint8Array(width * to);
  const sums = new Int32Array(width);
  for (let y = 0; y < to; y++) {
    sums.fill(HALF);
    const count = counts[y]!;
    // Row by row of the input, so that memory is read in the order it lies.
    for (let i = 0; i < count; i++) {
      const row = (first[y]! + i) * width;
      const weight = weights[y * taps + i]!;
      for (let x = 0; x < width; x++) sums[x]! += data[row + x]! * weight;
    }
    const outRow = y * width;
    for (let x = 0; x < width; x++) out[outRow + x] = sums[x]! >> PRECISION_BITS;
  }
  return out;
}
