// For tests of the convolutions' kernels: draws a case, sets up the calls of its products slice by slice as the fused engine does, and
// holds them to float64. The one place among the tests that knows the products' uniforms; the definitions stand in float64.ts.
import { expect } from "vitest";
import { MOMENT_QUADS } from "../../kernels/columns";
import { type Dispatch, dispatch } from "../../kernels/dispatches";
import type { Kernel, Storage } from "../../kernels/kernel";
import { planProduct, type Tiling } from "../../kernels/product";
import { sumParts } from "../../kernels/sumParts";
import { planWeightProduct } from "../../kernels/weightProduct";
import { createRandom } from "../../nn/random";
import {
  activate,
  type ConvolutionWindow,
  convolve,
  convolveBack,
  dot,
  findGradient,
  findMoments,
  type Images,
  makeImages,
  outputSide,
} from "./float64";
import {
  drawNormals,
  expectClose,
  expectStored,
  hold,
  holdEmpty,
  join,
  runDispatches,
  type TestArray,
  UNTOUCHED,
} from "./testKernels";
import {
  callMoments,
  callNormSums,
  checkNormDifferences,
  checkNormGradient,
  cut,
  type DrawnNorm,
  drawEntries,
  drawNorm,
  drawSeen,
  gatherSlices,
  holdParts,
  type NormGradient,
  readMoments,
  SPARE,
  spread,
} from "./testNorms";

export const TILINGS: readonly Tiling[] = ["direct", "tiled"];
export const STORAGES: readonly Storage[] = ["f32", "f16"];

/** Few strips and parts, so that small cases have several of each, some of them empty. */
const TUNING = {
  direct: { tiling: "direct", threads: 16, maxParts: 8 },
  tiled: { tiling: "tiled", threads: 256, maxParts: 32 },
  halves: { tiling: "halves", threads: 256, maxParts: 32 },
} as const;

/** Sizes of a case: films of each slice, and channels in quads. */
export interface ConvolutionCase {
  slices: readonly number[];
  height: number;
  width: number;
  innerQuads: number;
  columnQuads: number;
}

export interface DrawnConvolution {
  sizes: ConvolutionCase;
  window: ConvolutionWindow;
  /** The input, with its norm. */
  x: Images;
  norm: DrawnNorm;
  /** [y, x, in, out] */
  weights: Float64Array;
  /** The gradient at the output. */
  slope: Images;
}

export function drawConvolution(sizes: ConvolutionCase, window: ConvolutionWindow, storage: Storage): DrawnConvolution {
  const random = createRandom(1, "drawn", ...Object.values(sizes).flat());
  const images = sizes.slices.reduce((sum, films) => sum + films, 0);
  const { height, width } = sizes;
  const channels = sizes.innerQuads * 4;
  const outChannels = sizes.columnQuads * 4;
  const norm = drawNorm(random, channels);
  const x = drawSeen(random, { images, height, width, channels }, norm, storage);
  const slope = makeImages({
    images,
    height: outputSide(height, window),
    width: outputSide(width, window),
    channels: outChannels,
  });
  slope.data.set(drawNormals(random, slope.data.length));
  const weights = drawNormals(random, window.side ** 2 * channels * outChannels);
  return { sizes, window, x, norm, weights, slope };
}

/** A product's own uniforms and its threads, `partsFrom` parts of its columns being there already. */
export function planProductCall(
  sizes: { rows: number; innerQuads: number; columnQuads: number },
  { tiling, narrow = false, partsFrom = 0 }: { tiling: Tiling; narrow?: boolean; partsFrom?: number },
) {
  const { threads, rowsPerStrip, strips } = planProduct(sizes, { ...TUNING[tiling], narrow });
  return { uniforms: { ...sizes, rowsPerStrip, strips, partsFrom }, threads, parts: strips };
}

/** As a slice of a case needs it. */
function planCall(
  { sizes, slope }: DrawnConvolution,
  films: number,
  how: { tiling: Tiling; narrow?: boolean; partsFrom: number; backward: boolean },
) {
  const { innerQuads, columnQuads, height, width } = sizes;
  const rows = films * slope.height * slope.width;
  const quads = how.backward ? { innerQuads: columnQuads, columnQuads: innerQuads } : { innerQuads, columnQuads };
  const { uniforms, ...plan } = planProductCall({ rows, ...quads }, how);
  return { ...plan, uniforms: { ...uniforms, height, width, outHeight: slope.height, outWidth: slope.width } };
}

interface ForwardResult {
  out: Float64Array;
  /** Whether the channels beside those of the output are as they were. */
  untouched: boolean;
  mean: Float64Array;
  variance: Float64Array;
}

/** The forward product, slice by slice, and the moments of its output put together by the norm that follows. */
export async function runForward(
  kernel: Kernel,
  drawn: DrawnConvolution,
  { tiling, left, out, narrow = false }: { tiling: Tiling; left: Storage; out: Storage; narrow?: boolean },
): Promise<ForwardResult> {
  const { sizes, x, norm, weights, slope } = drawn;
  const { columnQuads, innerQuads } = sizes;
  const leftStride = innerQuads + SPARE;
  const outStride = columnQuads + 2 * SPARE;
  const parameters = join({ weights });
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const columnParts = holdParts(MOMENT_QUADS, columnQuads);
  const outs: TestArray[] = [];
  const dispatches: Dispatch[] = [];
  let partsFrom = 0;
  for (const [slice, part] of cut(x, sizes.slices).entries()) {
    const films = sizes.slices[slice] ?? 0;
    const { uniforms, threads, parts } = planCall(drawn, films, { tiling, narrow, partsFrom, backward: false });
    const written = holdEmpty(out, films * slope.height * slope.width * outStride * 4);
    outs.push(written);
    const bindings = {
      left: hold(left, spread(part, leftStride, 0), "left"),
      parameters: parameters.array,
      norms: norms.array,
      columnParts,
      out: written,
    };
    const places = { leftStride, outStride, outFirst: SPARE, weights: parameters.at.weights, ...norms.at };
    dispatches.push(dispatch(kernel, bindings, { ...uniforms, ...places }, { threads }));
    partsFrom += parts;
  }
  const { moments, statistics } = callMoments(columnParts, partsFrom, columnQuads);
  const read = await runDispatches([...dispatches, moments], { statistics, ...Object.fromEntries(outs.entries()) });
  const gathered = gatherSlices(read, outs.length, columnQuads * 4, outStride, SPARE);
  return { ...gathered, ...readMoments(read.statistics) };
}

/** The product that gives the gradient to the input, `before` being what lies there already. */
async function runInputGradient(
  kernel: Kernel,
  drawn: DrawnConvolution,
  { tiling, seen, before }: { tiling: Tiling; seen: Storage; before?: Images },
): Promise<NormGradient> {
  const { sizes, x, norm, weights, slope } = drawn;
  const { columnQuads, innerQuads: quads } = sizes;
  const outStride = quads + SPARE;
  const parameters = join({ weights, gammas: norm.gamma, betas: norm.beta });
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const statistics = join({ means: norm.mean, deviations: norm.deviation });
  const columnParts = holdParts(2, quads);
  const outs: TestArray[] = [];
  const dispatches: Dispatch[] = [];
  let partsFrom = 0;
  const inputs = cut(x, sizes.slices);
  for (const [slice, part] of cut(slope, sizes.slices).entries()) {
    const input = inputs[slice] ?? x;
    const { uniforms, threads, parts } = planCall(drawn, input.images, { tiling, partsFrom, backward: true });
    const start = before ? cut(before, sizes.slices)[slice] : undefined;
    const written = start
      ? hold("f32", spread(start, outStride, 0), "out")
      : holdEmpty("f32", (input.data.length / input.channels) * outStride * 4);
    outs.push(written);
    const bindings = {
      left: hold("f32", part.data, "left"),
      parameters: parameters.array,
      norms: norms.array,
      statistics: statistics.array,
      seen: hold(seen, spread(input, quads + SPARE, 0), "seen"),
      columnParts,
      out: written,
    };
    const places = { leftStride: columnQuads, seenStride: quads + SPARE, outStride, outFirst: 0 };
    const at = { weights: parameters.at.weights, gammas: parameters.at.gammas, ...norms.at, ...statistics.at };
    dispatches.push(dispatch(kernel, bindings, { ...uniforms, ...places, ...at }, { threads }));
    partsFrom += parts;
  }
  const { sums, gradients } = callNormSums(columnParts, partsFrom, quads);
  const slices = Object.fromEntries(outs.entries());
  // A transition's product keeps no sums: what it goes back to was pooled.
  const read: Record<string, Float64Array> =
    "columnParts" in kernel.bindings
      ? await runDispatches([...dispatches, sums], { gradients, ...slices })
      : await runDispatches(dispatches, slices);
  const { gradients: ofNorm = new Float64Array() } = read;
  return {
    ...gatherSlices(read, outs.length, quads * 4, outStride, 0),
    gammas: ofNorm.subarray(0, quads * 4),
    betas: ofNorm.subarray(quads * 4),
  };
}

/** The product that gives the gradient to the weights, added to `before`: where they lie, or in parts that are then summed. */
async function runWeightGradient(
  kernel: Kernel,
  drawn: DrawnConvolution,
  {
    tiling,
    left,
    rowQuads,
    narrow = false,
    before,
  }: { tiling: Tiling; left: Storage; rowQuads: 1 | 2; narrow?: boolean; before: Float64Array },
): Promise<{ weights: Float64Array; untouched: boolean; parts: number }> {
  const { sizes, window, x, norm, slope } = drawn;
  const { innerQuads, columnQuads } = sizes;
  const taps = window.side ** 2;
  const quads = taps * innerQuads * 4 * columnQuads;
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const gradients = join({ weights: before, behind: [UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED] });
  const perFilm = slope.height * slope.width;
  const grids = sizes.slices.map((films) =>
    planWeightProduct(
      { pixels: films * perFilm, innerQuads, taps, columnQuads, rowQuads, narrow },
      { ...TUNING[tiling], threads: 4096 },
    ),
  );
  const parts = grids.reduce((sum, grid) => sum + grid.parts, 0);
  const split = grids.some((grid) => grid.parts > 1);
  const weightParts = holdEmpty("f32", parts * quads * 4, "parts");
  const out = split ? weightParts : gradients.array;
  const dispatches: Dispatch[] = [];
  let partsFrom = 0;
  const inputs = cut(x, sizes.slices);
  for (const [slice, part] of cut(slope, sizes.slices).entries()) {
    const grid = grids[slice];
    const input = inputs[slice];
    if (!grid || !input) throw new Error("No such slice");
    const bindings = {
      left: hold(left, spread(input, innerQuads + SPARE, 0), "left"),
      right: hold("f32", part.data, "right"),
      norms: norms.array,
      out,
    };
    const uniforms = {
      pixels: input.images * perFilm,
      pixelsPerPart: grid.pixelsPerPart,
      parts: grid.parts,
      innerQuads,
      taps,
      columnQuads,
      leftStride: innerQuads + SPARE,
      rightStride: columnQuads,
      ...norms.at,
      out: split ? partsFrom * quads : gradients.at.weights,
      outStride: quads,
      add: split ? 0 : 1,
      height: sizes.height,
      width: sizes.width,
      outHeight: slope.height,
      outWidth: slope.width,
    };
    dispatches.push(dispatch(kernel, bindings, uniforms, { threads: grid.threads }));
    partsFrom += grid.parts;
  }
  if (split) {
    const uniforms = { quads, parts, stride: quads, out: gradients.at.weights };
    dispatches.push(dispatch(sumParts, { parts: weightParts, gradients: gradients.array }, uniforms, { threads: quads }));
  }
  const read = await runDispatches(dispatches, { gradients: gradients.array });
  const weights = read.gradients.slice(4, -4);
  const untouched = [...read.gradients.slice(0, 4), ...read.gradients.slice(-4)].every((one) => one === UNTOUCHED);
  return { weights, untouched, parts };
}

/** The output, as it is stored, and the moments of what was stored. */
export async function checkForward(
  kernel: Kernel,
  drawn: DrawnConvolution,
  how: { tiling: Tiling; left: Storage; out: Storage; activated: boolean; narrow?: boolean },
): Promise<void> {
  const { x, norm, weights, slope, window } = drawn;
  const got = await runForward(kernel, drawn, how);
  const seen = how.activated ? activate(x, norm.scale, norm.shift) : x;
  expectStored(how.out, got.out, convolve(seen, weights, slope.channels, window).data);
  expect(got.untouched).toBe(true);
  const { mean, variance } = findMoments({ ...slope, data: got.out });
  expectClose(got.mean, mean);
  // A single pixel has none.
  if (slope.data.length > slope.channels) expectClose(got.variance, variance);
  else expect(Math.max(...got.variance)).toBe(0);
}

/** Through the norm: gamma * dy, added to what is there or not, and the norm's own gradients. */
export async function checkNormedInputGradient(
  kernel: Kernel,
  drawn: DrawnConvolution,
  { adds, ...how }: { tiling: Tiling; seen: Storage; adds: boolean },
): Promise<void> {
  const { x, norm, weights, slope, window } = drawn;
  const random = createRandom(2, "drawn");
  const before = adds ? { ...x, data: drawNormals(random, x.data.length) } : undefined;
  const got = await runInputGradient(kernel, drawn, { ...how, ...(before ? { before } : {}) });
  const normed = { x, norm, ...(before ? { before } : {}) };
  checkNormGradient(got, normed, convolveBack(activate(x, norm.scale, norm.shift), weights, slope, window).input);
  checkNormDifferences(got, normed, (activated) => dot(convolve(activated, weights, slope.channels, window).data, slope.data));
}

/** Without a norm. */
export async function checkPlainInputGradient(kernel: Kernel, drawn: DrawnConvolution, tiling: Tiling): Promise<void> {
  const { x, weights, slope, window } = drawn;
  const got = await runInputGradient(kernel, drawn, { tiling, seen: "f32" });
  expect(got.untouched).toBe(true);
  expectClose(got.out, convolveBack(x, weights, slope, window).input.data);
  const moved = { ...x, data: x.data.slice() };
  const entries = drawEntries(createRandom(2, "drawn"), got.out);
  const loss = () => dot(convolve(moved, weights, slope.channels, window).data, slope.data);
  expectClose(
    entries.map((at) => got.out[at] ?? Number.NaN),
    findGradient(loss, moved.data, entries),
  );
}

/** Added to what is there. */
export async function checkWeightGradient(
  kernel: Kernel,
  drawn: DrawnConvolution,
  how: { tiling: Tiling; left: Storage; rowQuads: 1 | 2; narrow?: boolean; activated: boolean },
): Promise<void> {
  const { x, norm, weights, slope, window } = drawn;
  const random = createRandom(3, "drawn");
  const before = drawNormals(random, weights.length);
  const got = await runWeightGradient(kernel, drawn, { ...how, before });
  expect(got.untouched).toBe(true);
  const seen = how.activated ? activate(x, norm.scale, norm.shift) : x;
  const want = convolveBack(seen, weights, slope, window).weights;
  expectClose(
    got.weights,
    want.map((one, at) => one + (before[at] ?? 0)),
  );
  const moved = weights.slice();
  const entries = drawEntries(random, want);
  const loss = () => dot(convolve(seen, moved, slope.channels, window).data, slope.data);
  expectClose(
    entries.map((at) => (got.weights[at] ?? Number.NaN) - (before[at] ?? 0)),
    findGradient(loss, moved, entries),
  );
}
