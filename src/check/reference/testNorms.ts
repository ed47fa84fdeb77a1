// For tests of kernels that read through BatchNorm and ReLU: draws an array with its norm, lays it out in slices as the fused engine does,
// runs the gradients that come as strips, and holds them to float64. Knows no convolution; the definitions stand in float64.ts.
import { expect } from "vitest";
import { MOMENT_QUADS, planStrips } from "../../kernels/columns";
import { type Dispatch, dispatch } from "../../kernels/dispatches";
import type { Kernel, Storage } from "../../kernels/kernel";
import { normaliseTraining } from "../../kernels/normalise";
import { addNormSums } from "../../kernels/normGradient";
import { createRandom, type Random } from "../../nn/random";
import { activate, findGradient, findMoments, type Images, makeImages, mapImages, sumChannels } from "./float64";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  join,
  roundTo,
  runDispatches,
  type TestArray,
  UNTOUCHED,
} from "./testKernels";

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
export const SPARE = 1;

/** Room for more parts than any case has. */
export const holdParts = (quadsKept: number, columnQuads: number) =>
  holdEmpty("f32", 256 * quadsKept * columnQuads * 4, "column parts");

/** The parts of an array's moments as the kernel that made it keeps them, so many pixels each; a part may be empty. */
export function keepMoments(x: Images, pixels: readonly number[]): TestArray {
  let first = 0;
  const values = pixels.flatMap((count) => {
    const data = x.data.slice(first * x.channels, (first + count) * x.channels);
    first += count;
    // What an empty part holds besides its count is of no account.
    const { mean, variance } = count > 0 ? findMoments({ ...x, data }) : { mean: data, variance: data };
    const channels = Array.from({ length: x.channels }, (_, channel) => channel);
    return [
      ...channels.map(() => count),
      ...channels.map((channel) => mean[channel] ?? Number.NaN),
      ...channels.map((channel) => (variance[channel] ?? Number.NaN) * count),
    ];
  });
  expect(values.length).toBe(pixels.length * MOMENT_QUADS * x.channels);
  return hold("f32", values, "column parts");
}

/** Uniforms and threads of each slice of a kernel of strips. */
export function planStripCalls(slices: readonly number[], rowsPerFilm: number, columnQuads: number) {
  let partsFrom = 0;
  const calls = slices.map((films) => {
    const rows = films * rowsPerFilm;
    const { rowsPerStrip, strips, threads } = planStrips({ rows, columnQuads }, { threads: 16, maxParts: 8 });
    const uniforms = { rows, rowsPerStrip, strips, columnQuads, partsFrom };
    partsFrom += strips;
    return { uniforms, threads };
  });
  return { calls, parts: partsFrom };
}

/** Puts the moments of an array together, without a norm that asks for them. */
export function callMoments(columnParts: TestArray, parts: number, quads: number): { moments: Dispatch; statistics: TestArray } {
  const statistics = holdEmpty("f32", 3 * quads * 4, "statistics");
  const zeros = () => hold("f32", new Float64Array(2 * quads * 4));
  const own = { quads, fresh: 0, parts, means: 0, deviations: quads, variances: 2 * quads, pixels: 1 };
  const others = { gammas: 0, betas: quads, scales: 0, shifts: quads, runningMeans: 0, runningVariances: quads };
  const bindings = { columnParts, statistics, parameters: zeros(), norms: zeros(), running: zeros() };
  return { moments: dispatch(normaliseTraining("invocation"), bindings, { ...own, ...others }, { threads: quads }), statistics };
}

/** What `callMoments` has written. */
export const readMoments = (statistics: Float64Array) => ({
  mean: statistics.subarray(0, statistics.length / 3),
  variance: statistics.subarray((statistics.length / 3) * 2),
});

/** Puts the sums of the columns together: the gradients of gamma, then of beta. */
export function callNormSums(columnParts: TestArray, parts: number, quads: number): { sums: Dispatch; gradients: TestArray } {
  const gradients = hold("f32", new Float64Array(2 * quads * 4), "gradients");
  const parameters = hold("f32", new Float64Array(quads * 4));
  const uniforms = { quads, parts, gammas: 0, betas: quads, firsts: 0, seconds: quads, begin: 1, pixels: 1 };
  const bindings = { columnParts, parameters, gradients, sums: holdEmpty("f32", 2 * quads * 4) };
  return { sums: dispatch(addNormSums("invocation"), bindings, uniforms, { threads: quads }), gradients };
}

export interface Normed {
  /** The array that is read through the norm. */
  x: Images;
  norm: DrawnNorm;
}

export interface NormGradient {
  /** gamma * dy */
  out: Float64Array;
  /** Whether the channels beside those of the output are as they were. */
  untouched: boolean;
  gammas: Float64Array;
  betas: Float64Array;
}

/** Runs a gradient kernel of strips, slice by slice; `more` are the bindings and uniforms that are its own. */
export async function runNormGradient(
  kernel: Kernel,
  { x, norm }: Normed,
  how: {
    slices: readonly number[];
    seen: Storage;
    outSpare: number;
    weights?: ArrayLike<number>;
    more: (slice: number, weights: number) => { bindings: Record<string, TestArray>; uniforms: Record<string, number> };
  },
): Promise<NormGradient> {
  const quads = x.channels / 4;
  const outStride = quads + how.outSpare;
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const statistics = join({ means: norm.mean, deviations: norm.deviation });
  const parameters = join({ weights: how.weights ?? [], gammas: norm.gamma });
  const { calls, parts } = planStripCalls(how.slices, x.height * x.width, quads);
  const columnParts = holdParts(2, quads);
  const outs: TestArray[] = [];
  const dispatches = cut(x, how.slices).map((part, slice) => {
    const out = holdEmpty("f32", part.images * x.height * x.width * outStride * 4);
    outs.push(out);
    const { bindings, uniforms } = how.more(slice, parameters.at.weights);
    const places = { ...norms.at, ...statistics.at, gammas: parameters.at.gammas, seenStride: quads + SPARE, outStride };
    const all = {
      seen: hold(how.seen, spread(part, quads + SPARE, 0), "seen"),
      norms: norms.array,
      statistics: statistics.array,
      parameters: parameters.array,
      columnParts,
      out,
      ...bindings,
    };
    const call = calls[slice];
    return dispatch(kernel, all, { ...call?.uniforms, ...places, ...uniforms }, { threads: call?.threads ?? 0 });
  });
  const { sums, gradients } = callNormSums(columnParts, parts, quads);
  const read = await runDispatches([...dispatches, sums], { gradients, ...Object.fromEntries(outs.entries()) });
  return {
    ...gatherSlices(read, outs.length, x.channels, outStride, 0),
    gammas: read.gradients.subarray(0, quads * 4),
    betas: read.gradients.subarray(quads * 4),
  };
}

/** The slices' arrays, read under their numbers, put together. */
export function gatherSlices(
  read: Record<string, Float64Array>,
  slices: number,
  channels: number,
  stride: number,
  first: number,
) {
  const spaced = Array.from({ length: slices }, (_, slice) => read[slice] ?? new Float64Array());
  const { data, untouched } = gather(spaced, channels, stride, first);
  return { out: data, untouched };
}

/** Against `behind`, the gradient at max(0, x * scale + shift); `before` is what it was added to. */
export function checkNormGradient(got: NormGradient, normed: Normed & { before?: Images }, behind: Images): void {
  const active = activate(normed.x, normed.norm.scale, normed.norm.shift);
  checkPlainNormGradient(
    got,
    normed,
    mapImages(behind, (one, _, at) => ((active.data[at] ?? 0) > 0 ? one : 0)),
  );
}

/** Against `dy`, the gradient at x * scale + shift. */
export function checkPlainNormGradient(got: NormGradient, { x, norm, before }: Normed & { before?: Images }, dy: Images): void {
  expect(got.untouched).toBe(true);
  const out = mapImages(dy, (one, c, at) => (before?.data[at] ?? 0) + one * (norm.gamma[c] ?? 0));
  const normalised = normalise({ x, norm });
  expectClose(got.out, out.data);
  expectClose(got.betas, sumChannels(dy));
  expectClose(got.gammas, sumChannels(mapImages(dy, (one, _, at) => one * (normalised.data[at] ?? 0))));
}

/** Against finite differences of `loss`, a function of max(0, gamma * normalised + beta), or of what else is read through the norm. */
export function checkNormDifferences(
  got: NormGradient,
  { x, norm, before }: Normed & { before?: Images },
  loss: (activated: Images) => number,
  readThrough: typeof activate = activate,
): void {
  const random = createRandom(5, "drawn");
  const normalised = normalise({ x, norm });
  const gamma = norm.gamma.slice();
  const beta = norm.beta.slice();
  const lose = () => loss(readThrough(normalised, gamma, beta));
  const check = (gradient: Float64Array, values: Float64Array) => {
    const entries = drawEntries(random, gradient);
    expectClose(
      entries.map((at) => gradient[at] ?? Number.NaN),
      findGradient(lose, values, entries),
    );
  };
  check(
    got.out.map((one, at) => one - (before?.data[at] ?? 0)),
    normalised.data,
  );
  check(got.gammas, gamma);
  check(got.betas, beta);
}

const normalise = ({ x, norm }: Normed): Images =>
  mapImages(x, (one, channel) => (one - (norm.mean[channel] ?? 0)) * (norm.deviation[channel] ?? 0));

/** A handful of places, that of the largest gradient among them. */
export function drawEntries(random: Random, gradient: Float64Array): number[] {
  const largest = gradient.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  return [gradient.findIndex((one) => Math.abs(one) === largest), random.int(gradient.length), random.int(gradient.length)];
}
