// For tests of the kernels that put the parts of columns together (kernels/reduction.ts): draws parts, runs a kernel over them by one reducer,
// and holds what comes out to its definition in float64.
import { expect } from "vitest";
import { dispatch } from "../../kernels/dispatches";
import { NORM_EPSILON, NORM_MOMENTUM, normaliseTraining } from "../../kernels/normalise";
import { addNormSums } from "../../kernels/normGradient";
import { planReduction, type Reducer } from "../../kernels/reduction";
import { createRandom } from "../../nn/random";
import { findMoments, makeImages } from "./float64";
import { drawNormals, expectClose, hold, holdEmpty, join, runDispatches, UNTOUCHED } from "./testKernels";
import { keepMoments } from "./testNorms";

const of = (array: ArrayLike<number>, at: number) => array[at] ?? Number.NaN;

export const positive = (values: Float64Array) => values.map((one) => Math.fround(0.1 + one * one));

/** About as many parts as a subgroup may have lanes, 4 to 128, and several times as many. */
export const ODD_PARTS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 17, 31, 32, 33, 63, 65, 127, 129, 256, 1000];

export interface NormaliseCase {
  quads: number;
  /** Quads before it are known already. */
  fresh: number;
  /** Pixels of each part. */
  parts: readonly number[];
  /** Of the values, whose deviation is 1. */
  mean: number;
}

/** BatchNorm's scale and shift and its running statistics, by torch.nn.BatchNorm2d's definition. Returns all that was written. */
export async function checkNormalise(reducer: Reducer, { quads, fresh, parts, mean }: NormaliseCase) {
  const random = createRandom(quads, "drawn");
  const channels = quads * 4;
  const pixels = parts.reduce((sum, count) => sum + count, 0);
  const x = makeImages({ images: 1, height: 1, width: pixels, channels: (quads - fresh) * 4 });
  x.data.set(drawNormals(random, x.data.length).map((one) => Math.fround(mean + one)));
  const given = { means: drawNormals(random, channels), variances: positive(drawNormals(random, channels)) };
  const deviations = given.variances.map((one) => Math.fround(1 / Math.sqrt(one + NORM_EPSILON)));
  const [gammas, betas] = [drawNormals(random, channels), drawNormals(random, channels)];
  const running = join({
    runningMeans: drawNormals(random, channels),
    runningVariances: positive(drawNormals(random, channels)),
  });

  const statistics = join({ ...given, deviations });
  const parameters = join({ gammas, betas });
  const empty = () => new Float64Array(channels).fill(UNTOUCHED);
  const norms = join({ scales: empty(), shifts: empty() });
  const columnParts = quads > fresh ? keepMoments(x, parts) : holdEmpty("f32", 4);
  const bindings = {
    columnParts,
    statistics: statistics.array,
    parameters: parameters.array,
    norms: norms.array,
    running: running.array,
  };
  const uniforms = { quads, fresh, parts: parts.length, pixels, ...statistics.at, ...parameters.at, ...norms.at, ...running.at };
  const got = await runDispatches([dispatch(normaliseTraining(reducer), bindings, uniforms, planReduction(quads, { reducer }))], {
    statistics: statistics.array,
    norms: norms.array,
    running: running.array,
  });

  const made = findMoments(x);
  const known = fresh * 4;
  const means = given.means.map((one, c) => (c < known ? one : of(made.mean, c - known)));
  const variances = given.variances.map((one, c) => (c < known ? one : of(made.variance, c - known)));
  const scales = variances.map((one, c) => of(gammas, c) / Math.sqrt(one + NORM_EPSILON));
  const shifts = means.map((one, c) => of(betas, c) - one * of(scales, c));
  const part = (array: Float64Array, first: number) => array.subarray(first * 4, first * 4 + channels);
  expectClose(part(got.statistics, statistics.at.means), means);
  expectClose(part(got.statistics, statistics.at.variances), variances);
  expectClose(
    part(got.statistics, statistics.at.deviations),
    variances.map((one) => 1 / Math.sqrt(one + NORM_EPSILON)),
  );
  expectClose(part(got.norms, norms.at.scales), scales);
  expectClose(part(got.norms, norms.at.shifts), shifts);
  const moved = (first: number, to: (c: number) => number) =>
    part(running.array.values, first).map((one, c) => (1 - NORM_MOMENTUM) * one + NORM_MOMENTUM * to(c));
  const unbiased = (c: number) => (of(variances, c) * pixels) / Math.max(1, pixels - 1);
  expectClose(
    part(got.running, running.at.runningMeans),
    moved(running.at.runningMeans, (c) => of(means, c)),
  );
  expectClose(part(got.running, running.at.runningVariances), moved(running.at.runningVariances, unbiased));
  for (const array of Object.values(got)) expect([...array.subarray(0, 4)]).toEqual(Array(4).fill(UNTOUCHED));
  return got;
}

/** The gradients of a norm's scale and shift, and what layers add up for the correction. Returns all that was written. */
export async function checkNormSums(reducer: Reducer, { quads, parts }: { quads: number; parts: number }) {
  const random = createRandom(quads, "drawn");
  const channels = quads * 4;
  const columnParts = drawNormals(random, parts * 2 * channels);
  const parameters = join({ betas: drawNormals(random, channels), gammas: drawNormals(random, channels) });
  const gradients = join({ betas: drawNormals(random, channels), gammas: drawNormals(random, channels) });
  const sums = join({ seconds: drawNormals(random, channels), firsts: drawNormals(random, channels) });
  const pixels = 37;
  const bindings = {
    columnParts: hold("f32", columnParts),
    parameters: parameters.array,
    gradients: gradients.array,
    sums: sums.array,
  };
  const add = (begin: 0 | 1) =>
    dispatch(
      addNormSums(reducer),
      bindings,
      { quads, parts, ...parameters.at, ...sums.at, begin, pixels },
      planReduction(quads, { reducer }),
    );
  const total = (second: 0 | 1) =>
    Array.from({ length: channels }, (_, c) =>
      Array.from({ length: parts }, (_, part) => of(columnParts, (part * 2 + second) * channels + c)).reduce((a, b) => a + b, 0),
    );
  const part = (array: Float64Array, first: number) => array.subarray(first * 4, first * 4 + channels);
  const written = [];
  // Beginning, it forgets what was there; then it adds.
  for (const [dispatches, kept, times] of [
    [[add(1)], 0, 1],
    [[add(0)], 1, 1],
    [[add(1), add(0)], 0, 2],
  ] as const) {
    const got = await runDispatches(dispatches, { gradients: gradients.array, sums: sums.array });
    for (const [name, sum, second] of [
      ["betas", "firsts", 0],
      ["gammas", "seconds", 1],
    ] as const) {
      const was = part(gradients.array.values, gradients.at[name]);
      expectClose(
        part(got.gradients, gradients.at[name]),
        total(second).map((one, c) => of(was, c) + times * one),
      );
      const share = part(parameters.array.values, parameters.at.gammas);
      const before = part(sums.array.values, sums.at[sum]);
      expectClose(
        part(got.sums, sums.at[sum]),
        total(second).map((one, c) => kept * of(before, c) + (times * of(share, c) * one) / pixels),
      );
    }
    for (const array of Object.values(got)) expect([...array.subarray(0, 4)]).toEqual(Array(4).fill(UNTOUCHED));
    written.push(got);
  }
  return written;
}
