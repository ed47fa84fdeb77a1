// For tests of the convolutions' kernels: draws a case, sets up the calls of its products slice by slice as the fused engine does, and
// holds them to float64. The one place among the tests that knows the products' uniforms; the definitions stand in float64.ts.
import { expect } from "vitest";
import { MOMENT_QUADS } from "../src/kernels/columns";
import { type Dispatch, dispatch } from "../src/kernels/dispatches";
import type { Kernel, Storage } from "../src/kernels/kernel";
import { normaliseTraining } from "../src/kernels/normalise";
import { addNormSums } from "../src/kernels/normGradient";
import { planProduct, type Tiling } from "../src/kernels/product";
import { sumParts } from "../src/kernels/sumParts";
import { planWeightProduct } from "../src/kernels/weightProduct";
import { createRandom, type Random } from "../src/nn/random";
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
  mapImages,
  outputSide,
  sumChannels,
} from "./float64";
import {
  drawNormals,
  expectClose,
  expectStored,
  hold,
  holdEmpty,
  join,
  roundTo,
  runDispatches,
  type TestArray,
  UNTOUCHED,
} from "./testKernels";

export const TILINGS: readonly Tiling[] = ["direct", "tiled"];
export const STORAGES: readonly Storage[] = ["f32", "f16"];

/** Few strips and parts, so that small cases have several of each, some of them empty. */
const TUNING = {
  direct: { tiling: "direct", threads: 16, maxParts: 8 },
  tiled: { tiling: "tiled", threads: 256, maxParts: 32 },
} as const;

/** Sizes of a case: films of each slice, and channels in quads. */
export interface ConvolutionCase {
  slices: readonly number[];
  height: number;
  width: number;
  innerQuads: number;
  columnQuads: number;
}

/** BatchNorm over an array's channels by statistics that are given, as a kernel gets them in f32. */
export interface DrawnNorm {
  mean: Float64Array;
  deviation: Float64Array;
  gamma: Float64Array;
  beta: Float64Array;
  scale: Float64Array;
  shift: Float64Array;
}

export function drawNorm(random: Random, channels: number): DrawnNorm {
  const mean = drawNormals(random, channels);
  const deviation = roundTo(
    "f32",
    mean.map(() => 0.5 + random.float()),
  );
  const gamma = roundTo(
    "f32",
    mean.map(() => (random.float() < 0.4 ? -1 : 1) * (0.5 + random.float())),
  );
  const beta = drawNormals(random, channels);
  const scale = roundTo(
    "f32",
    gamma.map((one, channel) => one * (deviation[channel] ?? 0)),
  );
  const shift = roundTo(
    "f32",
    beta.map((one, channel) => one - (mean[channel] ?? 0) * (scale[channel] ?? 0)),
  );
  return { mean, deviation, gamma, beta, scale, shift };
}

/**
 * An array that keeps off ReLU's edge: there neither float32 nor a difference has a gradient to agree on.
 */
export function drawSeen(random: Random, shape: Omit<Images, "data">, { scale, shift }: DrawnNorm, storage: Storage): Images {
  return makeImages(shape, (at) => {
    const channel = at % shape.channels;
    for (;;) {
      const [drawn = 0] = drawNormals(random, 1, storage);
      if (Math.abs(drawn * (scale[channel] ?? 0) + (shift[channel] ?? 0)) > 1e-3) return drawn;
    }
  });
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

/** Each slice's part of an array over the batch. */
export function cut(array: Images, slices: readonly number[]): Images[] {
  const perFilm = array.height * array.width * array.channels;
  let first = 0;
  return slices.map((images) => {
    const data = array.data.slice(first * perFilm, (first + images) * perFilm);
    first += images;
    return { ...array, images, data };
  });
}

/** Channels as they lie among others: a pixel has `stride` quads, and these begin at quad `first`. */
export function spread({ channels, data }: Images, stride: number, first: number): Float64Array {
  const spaced = new Float64Array((data.length / channels) * stride * 4).fill(UNTOUCHED);
  data.forEach((one, at) => {
    spaced[Math.floor(at / channels) * stride * 4 + first * 4 + (at % channels)] = one;
  });
  return spaced;
}

/** Back from `spread`; and whether everything else is as it was. */
export function gather(spaced: readonly Float64Array[], channels: number, stride: number, first: number) {
  const data: number[] = [];
  let untouched = true;
  for (const values of spaced) {
    values.forEach((one, at) => {
      const channel = (at % (stride * 4)) - first * 4;
      if (channel >= 0 && channel < channels) data.push(one);
      else untouched &&= one === UNTOUCHED;
    });
  }
  return { data: Float64Array.from(data), untouched };
}

/** Channels of other arrays beside those of a case. */
const SPARE = 1;

/** Uniforms and threads of one slice's product, `partsFrom` parts of its columns being there already. */
function planCall(drawn: DrawnConvolution, films: number, tiling: Tiling, partsFrom: number, backward: boolean, narrow: boolean) {
  const { sizes, window, slope } = drawn;
  const [innerQuads, columnQuads] = backward ? [sizes.columnQuads, sizes.innerQuads] : [sizes.innerQuads, sizes.columnQuads];
  const rows = films * slope.height * slope.width;
  const { threads, parts, rowsPerStrip, strips } = planProduct({ rows, columnQuads }, { ...TUNING[tiling], narrow });
  const place = { height: sizes.height, width: sizes.width, outHeight: slope.height, outWidth: slope.width };
  const uniforms = { ...place, rows, rowsPerStrip, strips, columnQuads, innerQuads, partsFrom, taps: window.side ** 2 };
  return { uniforms, threads, parts };
}

/** Room for more parts than any case has. */
const holdParts = (quadsKept: number, columnQuads: number) => holdEmpty("f32", 256 * quadsKept * columnQuads * 4, "column parts");

interface ForwardResult {
  out: Float64Array;
  /** Whether the channels beside those of the output are as they were. */
  untouched: boolean;
  mean: Float64Array;
  variance: Float64Array;
}

/** The forward product, slice by slice, and the moments of its output put together by the norm that follows. */
async function runForward(
  kernel: Kernel,
  drawn: DrawnConvolution,
  { tiling, left, out, narrow = false }: { tiling: Tiling; left: Storage; out: Storage; narrow?: boolean },
): Promise<ForwardResult> {
  const { sizes, x, norm, weights, slope } = drawn;
  const { columnQuads, innerQuads } = sizes;
  const leftStride = innerQuads + SPARE;
  const outStride = columnQuads + 2 * SPARE;
  const parameters = join({ weights, gammas: new Float64Array(columnQuads * 4), betas: new Float64Array(columnQuads * 4) });
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const columnParts = holdParts(MOMENT_QUADS, columnQuads);
  const outs: TestArray[] = [];
  const dispatches: Dispatch[] = [];
  let partsFrom = 0;
  for (const [slice, part] of cut(x, sizes.slices).entries()) {
    const films = sizes.slices[slice] ?? 0;
    const { uniforms, threads, parts } = planCall(drawn, films, tiling, partsFrom, false, narrow);
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
  const statistics = holdEmpty("f32", 3 * columnQuads * 4, "statistics");
  const others = { norms: holdEmpty("f32", 2 * columnQuads * 4), running: hold("f32", new Float64Array(2 * columnQuads * 4)) };
  const places = {
    means: 0,
    deviations: columnQuads,
    variances: 2 * columnQuads,
    runningMeans: 0,
    runningVariances: columnQuads,
  };
  const uniforms = {
    ...places,
    quads: columnQuads,
    fresh: 0,
    parts: partsFrom,
    pixels: slope.data.length / (columnQuads * 4),
    gammas: parameters.at.gammas,
    betas: parameters.at.betas,
    scales: 0,
    shifts: columnQuads,
  };
  const bindings = { columnParts, statistics, parameters: parameters.array, ...others };
  dispatches.push(dispatch(normaliseTraining, bindings, uniforms, { threads: columnQuads }));
  const read = await runDispatches(dispatches, { statistics, ...Object.fromEntries(outs.entries()) });
  const spaced = outs.map((_, slice) => (read as Record<string, Float64Array>)[slice] ?? new Float64Array());
  const { data, untouched } = gather(spaced, columnQuads * 4, outStride, SPARE);
  const channels = columnQuads * 4;
  return {
    out: data,
    untouched,
    mean: read.statistics.subarray(0, channels),
    variance: read.statistics.subarray(2 * channels),
  };
}

interface InputGradientResult {
  out: Float64Array;
  untouched: boolean;
  /** Gradients of the norm's scale and shift, from the parts of the column sums. */
  gammas: Float64Array;
  betas: Float64Array;
}

/** The product that gives the gradient to the input, `before` being what lies there already. */
async function runInputGradient(
  kernel: Kernel,
  drawn: DrawnConvolution,
  { tiling, seen, before }: { tiling: Tiling; seen: Storage; before?: Images },
): Promise<InputGradientResult> {
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
    const { uniforms, threads, parts } = planCall(drawn, input.images, tiling, partsFrom, true, false);
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
  const gradients = hold("f32", new Float64Array(2 * quads * 4), "gradients");
  const hasSums = "columnParts" in kernel.bindings;
  if (hasSums) {
    const uniforms = { quads, parts: partsFrom, gammas: 0, betas: quads, firsts: 0, seconds: quads, begin: 1, pixels: 1 };
    const bindings = { columnParts, parameters: parameters.array, gradients, sums: holdEmpty("f32", 2 * quads * 4) };
    dispatches.push(dispatch(addNormSums, bindings, uniforms, { threads: quads }));
  }
  const read = await runDispatches(dispatches, { ...(hasSums ? { gradients } : {}), ...Object.fromEntries(outs.entries()) });
  const named = read as Record<string, Float64Array>;
  const spaced = outs.map((_, slice) => named[slice] ?? new Float64Array());
  const { data, untouched } = gather(spaced, quads * 4, outStride, 0);
  const sums = named.gradients ?? new Float64Array();
  return { out: data, untouched, gammas: sums.subarray(0, quads * 4), betas: sums.subarray(quads * 4) };
}

/** The product that gives the gradient to the weights, added to `before`: where they lie, or in parts that are then summed. */
async function runWeightGradient(
  kernel: Kernel,
  drawn: DrawnConvolution,
  { tiling, left, rowQuads, before }: { tiling: Tiling; left: Storage; rowQuads: 1 | 2; before: Float64Array },
): Promise<{ weights: Float64Array; untouched: boolean; parts: number }> {
  const { sizes, window, x, norm, slope } = drawn;
  const { innerQuads, columnQuads } = sizes;
  const taps = window.side ** 2;
  const quads = taps * innerQuads * 4 * columnQuads;
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const gradients = join({ weights: before, behind: [UNTOUCHED, UNTOUCHED, UNTOUCHED, UNTOUCHED] });
  const perFilm = slope.height * slope.width;
  const grids = sizes.slices.map((films) =>
    planWeightProduct({ pixels: films * perFilm, innerQuads, taps, columnQuads, rowQuads }, { ...TUNING[tiling], threads: 4096 }),
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
  expect(got.untouched).toBe(true);

  const normalised = mapImages(x, (one, c) => (one - (norm.mean[c] ?? 0)) * (norm.deviation[c] ?? 0));
  const behind = convolveBack(activate(x, norm.scale, norm.shift), weights, slope, window).input;
  const dy = mapImages(behind, (one, c, at) => ((x.data[at] ?? 0) * (norm.scale[c] ?? 0) + (norm.shift[c] ?? 0) > 0 ? one : 0));
  const added = mapImages(dy, (one, c, at) => (before?.data[at] ?? 0) + one * (norm.gamma[c] ?? 0));
  expectClose(got.out, added.data);
  expectClose(got.betas, sumChannels(dy));
  expectClose(got.gammas, sumChannels(mapImages(dy, (one, _, at) => one * (normalised.data[at] ?? 0))));

  const gamma = norm.gamma.slice();
  const beta = norm.beta.slice();
  const loss = () => dot(convolve(activate(normalised, gamma, beta), weights, slope.channels, window).data, slope.data);
  const entries = drawEntries(random, dy.data);
  const channels = drawEntries(random, got.gammas);
  const at = (values: Float64Array, places: number[]) => places.map((place) => values[place] ?? Number.NaN);
  const gained = got.out.map((one, place) => one - (before?.data[place] ?? 0));
  expectClose(at(gained, entries), findGradient(loss, normalised.data, entries));
  expectClose(at(got.gammas, channels), findGradient(loss, gamma, channels));
  expectClose(at(got.betas, channels), findGradient(loss, beta, channels));
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
  how: { tiling: Tiling; left: Storage; rowQuads: 1 | 2; activated: boolean },
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

/** A handful of places, that of the largest gradient among them. */
function drawEntries(random: Random, gradient: Float64Array): number[] {
  const largest = gradient.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return [gradient.findIndex((one) => Math.abs(one) === largest), random.int(gradient.length), random.int(gradient.length)];
}
