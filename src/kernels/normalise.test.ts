// BatchNorm's scale and shift and its running statistics against torch.nn.BatchNorm2d's definition in float64.
import { expect, it } from "vitest";
import { findMoments, makeImages } from "../check/reference/float64";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  join,
  openTestDevice,
  runDispatches,
  UNTOUCHED,
} from "../check/reference/testKernels";
import { keepMoments } from "../check/reference/testNorms";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { NORM_EPSILON, NORM_MOMENTUM, normaliseInference, normaliseTraining } from "./normalise";

openTestDevice();

const positive = (values: Float64Array) => values.map((one) => Math.fround(0.1 + one * one));

it.each([
  { title: "all channels new", quads: 3, fresh: 0, parts: [5, 0, 7, 1], mean: 0 },
  { title: "a layer's new channels, after those that are known", quads: 19, fresh: 16, parts: [64, 64, 3], mean: 0 },
  { title: "means a thousand times the deviation", quads: 2, fresh: 0, parts: [300, 300, 300], mean: 1000 },
  { title: "none new", quads: 2, fresh: 2, parts: [9], mean: 0 },
  { title: "a single pixel", quads: 1, fresh: 0, parts: [0, 1], mean: 0 },
])("in training: $title", async ({ quads, fresh, parts, mean }) => {
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
  const got = await runDispatches([dispatch(normaliseTraining, bindings, uniforms, { threads: quads })], {
    statistics: statistics.array,
    norms: norms.array,
    running: running.array,
  });

  const made = findMoments(x);
  const known = fresh * 4;
  const means = given.means.map((one, c) => (c < known ? one : (made.mean[c - known] ?? Number.NaN)));
  const variances = given.variances.map((one, c) => (c < known ? one : (made.variance[c - known] ?? Number.NaN)));
  const scales = variances.map((one, c) => (gammas[c] ?? Number.NaN) / Math.sqrt(one + NORM_EPSILON));
  const shifts = means.map((one, c) => (betas[c] ?? Number.NaN) - one * (scales[c] ?? Number.NaN));
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
  const unbiased = (c: number) => ((variances[c] ?? Number.NaN) * pixels) / Math.max(1, pixels - 1);
  expectClose(
    part(got.running, running.at.runningMeans),
    moved(running.at.runningMeans, (c) => means[c] ?? Number.NaN),
  );
  expectClose(part(got.running, running.at.runningVariances), moved(running.at.runningVariances, unbiased));
  for (const array of Object.values(got)) expect([...array.subarray(0, 4)]).toEqual(Array(4).fill(UNTOUCHED));
});

it.each([1, 37])("in inference: %i quads", async (quads) => {
  const random = createRandom(quads, "drawn");
  const channels = quads * 4;
  const draw = () => drawNormals(random, channels);
  const given = { runningMeans: draw(), runningVariances: positive(draw()), gammas: draw(), betas: draw() };
  const parameters = join({ gammas: given.gammas, betas: given.betas });
  const running = join({ runningMeans: given.runningMeans, runningVariances: given.runningVariances });
  const norms = hold("f32", new Float64Array(2 * channels));
  const uniforms = { quads, ...parameters.at, ...running.at, scales: 0, shifts: quads };
  const bindings = { parameters: parameters.array, running: running.array, norms };
  const got = await runDispatches([dispatch(normaliseInference, bindings, uniforms, { threads: quads })], { norms });
  const scales = given.gammas.map((one, c) => one / Math.sqrt((given.runningVariances[c] ?? Number.NaN) + NORM_EPSILON));
  const shifts = given.betas.map((one, c) => one - (given.runningMeans[c] ?? Number.NaN) * (scales[c] ?? Number.NaN));
  expectClose(got.norms.subarray(0, channels), scales);
  expectClose(got.norms.subarray(channels), shifts);
});
