// The gradient through batch statistics that several layers share, against finite differences of the layers as they are defined: each
// with a BatchNorm of its own, over all the channels it reads.
import { describe, expect, it } from "vitest";
import {
  activate,
  convolve,
  dot,
  findGradient,
  findMoments,
  type Images,
  makeImages,
  mapImages,
  normaliseAndActivate,
  ONE_BY_ONE,
} from "../check/reference/float64";
import { planProductCall } from "../check/reference/testConvolutions";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  join,
  openTestDevice,
  roundTo,
  runDispatches,
} from "../check/reference/testKernels";
import { holdParts, keepMoments, SPARE, spread } from "../check/reference/testNorms";
import { checkNormSums } from "../check/reference/testReductions";
import { createRandom } from "../nn/random";
import { inputGradient1x1 } from "./convolve1x1";
import { type Dispatch, dispatch } from "./dispatches";
import { NORM_EPSILON, normaliseTraining } from "./normalise";
import { addNormSums, correctGradient, takeGradient } from "./normGradient";

openTestDevice();

const of = (array: ArrayLike<number>, at: number) => array[at] ?? Number.NaN;

it.each([
  { quads: 1, parts: 1 },
  { quads: 19, parts: 67 },
])("adds $parts parts of $quads quads to the norm's gradients and to the sums", async (sizes) => {
  await checkNormSums("invocation", sizes);
});

/** relu(BatchNorm(x)), and its gradient as a layer leaves it: gamma * dy, and S1 and S2 of what is added up there. */
function drawLayer(images: number, height: number, width: number, quads: number, storage: "f32" | "f16") {
  const random = createRandom(21, "drawn", quads);
  const channels = quads * 4;
  const x = makeImages({ images, height, width, channels });
  x.data.set(drawNormals(random, x.data.length, storage));
  const [gamma, beta] = [drawNormals(random, channels), drawNormals(random, channels)];
  const slope = drawNormals(random, x.data.length);
  const moments = findMoments(x);
  const mean = roundTo("f32", moments.mean);
  const deviation = roundTo(
    "f32",
    moments.variance.map((one) => 1 / Math.sqrt(one + NORM_EPSILON)),
  );
  const normalised = mapImages(x, (one, c) => (one - of(mean, c)) * of(deviation, c));
  const active = activate(normalised, gamma, beta);
  const scaled = mapImages(x, (_, c, at) => Math.fround(of(active.data, at) > 0 ? of(gamma, c) * of(slope, at) : 0));
  const pixels = images * height * width;
  const average = (weigh: (at: number) => number) => {
    const sums = new Float64Array(channels);
    scaled.data.forEach((one, at) => {
      sums[at % channels] = of(sums, at % channels) + (one * weigh(at)) / pixels;
    });
    return roundTo("f32", sums);
  };
  const sums = join({ firsts: average(() => 1), seconds: average((at) => of(normalised.data, at)) });
  const statistics = join({ means: mean, deviations: deviation });
  const loss = () => dot(normaliseAndActivate(x, gamma, beta, NORM_EPSILON).data, slope);
  return { x, scaled, sums, statistics, want: () => findGradient(loss, x.data) };
}

describe.each(["f32", "f16"] as const)("the correction, activations in %s", (storage) => {
  const layer = drawLayer(3, 3, 5, 3, storage);
  const { x, scaled, sums, statistics } = layer;
  const want = layer.want();
  const rows = x.data.length / x.channels;

  it("is made as some channels are taken", async () => {
    const [stride, first, columnQuads] = [3 + SPARE, 1, 2];
    const out = holdEmpty("f32", rows * columnQuads * 4);
    const bindings = {
      seen: hold(storage, spread(x, stride, 0)),
      statistics: statistics.array,
      sums: sums.array,
      gradient: hold("f32", spread(scaled, stride, 0)),
      out,
    };
    const values = rows * columnQuads;
    const places = Object.fromEntries(Object.entries({ ...statistics.at, ...sums.at }).map(([name, at]) => [name, at + first]));
    const uniforms = { ...(places as typeof statistics.at & typeof sums.at), values, columnQuads, stride, firstQuad: first };
    const got = await runDispatches([dispatch(takeGradient(storage), bindings, uniforms, { threads: values })], { out });
    expectClose(
      got.out,
      want.filter((_, at) => at % 12 >= 4),
    );
  });

  it("is made in place", async () => {
    const columnQuads = 3;
    const values = rows * columnQuads;
    const gradient = hold("f32", scaled.data);
    const bindings = { seen: hold(storage, x.data), statistics: statistics.array, sums: sums.array, gradient };
    const uniforms = { values, columnQuads, stride: columnQuads, firstQuad: 0, ...statistics.at, ...sums.at };
    const got = await runDispatches([dispatch(correctGradient(storage), bindings, uniforms, { threads: values })], { gradient });
    expectClose(got.gradient, want);
  });
});

it("two layers that read the same channels: each adds, and the correction is made once", async () => {
  const random = createRandom(22, "drawn");
  const shape = { images: 2, height: 3, width: 5 };
  const [oldQuads, newQuads, outQuads] = [3, 2, 1];
  const [old, grown, out] = [oldQuads * 4, newQuads * 4, outQuads * 4];
  const all = old + grown;
  const draw = (length: number) => drawNormals(random, length);
  const drawImages = (channels: number): Images => {
    const x = makeImages({ ...shape, channels });
    x.data.set(draw(x.data.length));
    return x;
  };
  const given = drawImages(old);
  const slope = drawImages(out);
  const first = { weights: draw(old * grown), gamma: draw(old), beta: draw(old) };
  const second = { weights: draw(all * out), gamma: draw(all), beta: draw(all) };

  // The definition: the first layer's channels join those that it reads, and the second reads both.
  const grow = () =>
    convolve(normaliseAndActivate(given, first.gamma, first.beta, NORM_EPSILON), first.weights, grown, ONE_BY_ONE);
  const joinChannels = (a: Images, b: Images): Images =>
    makeImages({ ...shape, channels: all }, (at) => {
      const [pixel, c] = [Math.floor(at / all), at % all];
      return c < old ? of(a.data, pixel * old + c) : of(b.data, pixel * grown + c - old);
    });
  const lossOf = (made: Images) => {
    const seen = normaliseAndActivate(joinChannels(given, made), second.gamma, second.beta, NORM_EPSILON);
    return dot(convolve(seen, second.weights, out, ONE_BY_ONE).data, slope.data);
  };
  const loss = () => lossOf(grow());
  const made = grow();

  const pixels = given.data.length / old;
  const block = joinChannels(given, { ...made, data: roundTo("f32", made.data) });
  const blockQuads = all / 4;
  const statistics = holdEmpty("f32", 3 * all);
  const places = { means: 0, deviations: blockQuads, variances: 2 * blockQuads };
  const parameters = join({
    weights1: first.weights,
    gammas1: first.gamma,
    betas1: first.beta,
    weights2: second.weights,
    gammas2: second.gamma,
    betas2: second.beta,
  });
  const gradients = hold("f32", new Float64Array(parameters.array.values.length));
  const sums = holdEmpty("f32", 2 * all);
  const gradient = hold("f32", new Float64Array(block.data.length));
  const [taken, back] = [holdEmpty("f32", pixels * grown), holdEmpty("f32", pixels * old)];
  const running = hold("f32", new Float64Array(2 * all));
  const seen = hold("f32", block.data);

  const open = (x: Images, quads: number, fresh: number, gammas: number, betas: number) => {
    const norms = holdEmpty("f32", 2 * quads * 4);
    const uniforms = { quads, fresh, parts: 2, pixels, ...places, gammas, betas, scales: 0, shifts: quads };
    const bindings = { columnParts: keepMoments(x, [7, pixels - 7]), statistics, parameters: parameters.array, norms, running };
    const one = dispatch(
      normaliseTraining("invocation"),
      bindings,
      { ...uniforms, runningMeans: 0, runningVariances: quads },
      { threads: quads },
    );
    return { norms, one };
  };
  const goBack = (
    left: typeof taken,
    norms: typeof taken,
    sizes: { innerQuads: number; columnQuads: number },
    at: { weights: number; gammas: number; betas: number; begin: 0 | 1 },
  ): Dispatch[] => {
    const columnParts = holdParts(2, sizes.columnQuads);
    const { uniforms, threads, parts } = planProductCall({ rows: pixels, ...sizes }, { tiling: "direct" });
    const bindings = { left, parameters: parameters.array, norms, statistics, seen, columnParts, out: gradient };
    const lying = { leftStride: sizes.innerQuads, seenStride: blockQuads, outStride: blockQuads };
    const own = { ...lying, weights: at.weights, gammas: at.gammas, scales: 0, shifts: sizes.columnQuads, means: 0 };
    const quads = sizes.columnQuads;
    const { gammas, betas, begin } = at;
    const windowless = { height: 0, width: 0, outHeight: 0, outWidth: 0 };
    return [
      dispatch(
        inputGradient1x1("direct", "f32"),
        bindings,
        { ...windowless, ...uniforms, ...own, deviations: blockQuads },
        { threads },
      ),
      dispatch(
        addNormSums("invocation"),
        { columnParts, parameters: parameters.array, gradients, sums },
        { quads, parts, gammas, betas, firsts: 0, seconds: blockQuads, begin, pixels },
        { threads: quads },
      ),
    ];
  };
  const take = (firstQuad: number, columnQuads: number, to: typeof taken): Dispatch => {
    const at = { means: firstQuad, deviations: blockQuads + firstQuad, firsts: firstQuad, seconds: blockQuads + firstQuad };
    const values = pixels * columnQuads;
    const uniforms = { values, columnQuads, stride: blockQuads, firstQuad, ...at };
    return dispatch(takeGradient("f32"), { seen, statistics, sums, gradient, out: to }, uniforms, { threads: values });
  };

  const { at } = parameters;
  const one = open(given, oldQuads, 0, at.gammas1, at.betas1);
  const two = open(made, blockQuads, oldQuads, at.gammas2, at.betas2);
  const got = await runDispatches(
    [
      one.one,
      two.one,
      ...goBack(
        hold("f32", slope.data),
        two.norms,
        { innerQuads: outQuads, columnQuads: blockQuads },
        { weights: at.weights2, gammas: at.gammas2, betas: at.betas2, begin: 1 },
      ),
      take(oldQuads, newQuads, taken),
      ...goBack(
        taken,
        one.norms,
        { innerQuads: newQuads, columnQuads: oldQuads },
        { weights: at.weights1, gammas: at.gammas1, betas: at.betas1, begin: 0 },
      ),
      take(0, oldQuads, back),
    ],
    { taken, back, gradients },
  );

  expectClose(
    got.taken,
    findGradient(() => lossOf(made), made.data),
  );
  expectClose(got.back, findGradient(loss, given.data));
  const part = (first: number, length: number) => got.gradients.subarray(first * 4, first * 4 + length);
  expectClose(part(at.gammas1, old), findGradient(loss, first.gamma));
  expectClose(part(at.betas1, old), findGradient(loss, first.beta));
  expectClose(part(at.gammas2, all), findGradient(loss, second.gamma));
  expectClose(part(at.betas2, all), findGradient(loss, second.beta));
  expect(got.gradients[0]).toBe(0);
});
