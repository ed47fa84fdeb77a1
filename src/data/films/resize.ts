// Resizes 8-bit grey images with Pillow's antialiased triangle filter. It changes the aspect ratio where asked to; it crops nothing. The
// weights are made here, the passes run in WebAssembly (wasm/resize.c).
import { begin, lay, look, openModule } from "./wasm/module";

export interface GreyImage {
  width: number;
  height: number;
  /** [height, width], one byte a pixel. */
  data: Uint8Array;
}

/** Pillow's fixed-point precision for 8-bit images: 32 bits less 8 for the value and 2 of head room (src/libImaging/Resample.c). */
const PRECISION_BITS = 22;

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

/** The weights as the C reads them: for each output pixel its first input pixel, then their counts, then `taps` weights each, fixed point. */
interface FixedWeights {
  taps: number;
  data: Int32Array;
}

const cache = new Map<string, FixedWeights>();
const MAX_CACHED = 64;

function fixedWeights(from: number, to: number): FixedWeights {
  const key = `${from} ${to}`;
  let fixed = cache.get(key);
  if (!fixed) {
    if (cache.size >= MAX_CACHED) cache.clear();
    const { taps, first, counts, weights } = computeWeights(from, to);
    // `normalize_coeffs_8bpc` of Resample.c.
    const rounded = Int32Array.from(weights, (weight) => Math.trunc(0.5 + weight * 2 ** PRECISION_BITS));
    fixed = { taps, data: new Int32Array(to * (2 + taps)) };
    fixed.data.set(first);
    fixed.data.set(counts, to);
    fixed.data.set(rounded, 2 * to);
    cache.set(key, fixed);
  }
  return fixed;
}

/**
 * Equal to Pillow's `Image.resize((width, height), Image.BILINEAR)` on mode "L": rows first, then columns, each rounded to bytes.
 * Returns [height, width]; a pass that changes nothing is left out, as in Pillow.
 */
export function resizeGrey(image: GreyImage, width: number, height: number): Uint8Array {
  begin();
  const out = new Uint8Array(width * height);
  resizeLaid(lay(image.data), image, width, height, out);
  return out;
}

/** As `resizeGrey`, of an image that lies in the module's memory already; into `out`, [height, width]. */
export function resizeLaid(
  address: number,
  from: { width: number; height: number },
  width: number,
  height: number,
  out: Uint8Array,
): void {
  const { resize } = openModule();
  const across = from.width === width ? null : fixedWeights(from.width, width);
  const down = from.height === height ? null : fixedWeights(from.height, height);
  const acrossAt = across ? lay(across.data) : 0;
  const downAt = down ? lay(down.data) : 0;
  const resized = resize(address, from.width, from.height, width, height, acrossAt, across?.taps ?? 0, downAt, down?.taps ?? 0);
  if (resized === 0) throw new RangeError(`${from.width} x ${from.height} pixels are more than WebAssembly's memory holds`);
  const stride = (width + 15) & ~15;
  const rows = look(resized, stride * height);
  if (stride === width) out.set(rows);
  else for (let y = 0; y < height; y++) out.set(rows.subarray(y * stride, y * stride + width), y * width);
}
