// The stem's maximum pooling and its gradient against their definition in float64, the gradient also against finite differences.
import { describe, expect, it } from "vitest";
import {
  activate,
  type ConvolutionWindow,
  dot,
  findMoments,
  type Images,
  makeImages,
  outputSide,
  poolMaximum,
  poolMaximumBack,
} from "../check/reference/float64";
import {
  drawNormals,
  expectClose,
  expectStored,
  hold,
  holdEmpty,
  join,
  openTestDevice,
  runDispatches,
  type TestArray,
} from "../check/reference/testKernels";
import {
  callMoments,
  checkNormDifferences,
  checkNormGradient,
  cut,
  drawNorm,
  drawSeen,
  gatherSlices,
  holdParts,
  type Normed,
  planStripCalls,
  readMoments,
  runNormGradient,
  SPARE,
  spread,
} from "../check/reference/testNorms";
import { createRandom } from "../nn/random";
import { MOMENT_QUADS } from "./columns";
import { dispatch } from "./dispatches";
import type { Storage } from "./kernel";
import { stemPool, stemPoolGradient } from "./stemPool";

openTestDevice();

const WINDOW: ConvolutionWindow = { side: 3, stride: 2, pad: 1 };

interface Case {
  slices: number[];
  height: number;
  width: number;
  quads: number;
}
const CASES: [string, Case][] = [
  ["a single pixel", { slices: [1], height: 1, width: 1, quads: 2 }],
  ["one film of an odd width", { slices: [1], height: 6, width: 9, quads: 3 }],
  ["a batch in slices", { slices: [2, 1], height: 9, width: 8, quads: 2 }],
];

function draw({ slices, height, width, quads }: Case, storage: Storage): Normed {
  const random = createRandom(7, "drawn", height, width);
  const images = slices.reduce((sum, films) => sum + films, 0);
  const channels = quads * 4;
  const norm = drawNorm(random, channels);
  return { x: drawSeen(random, { images, height, width, channels }, norm, storage), norm };
}

const frameOf = ({ height, width }: Images | Case) => ({
  height,
  width,
  outHeight: outputSide(height, WINDOW),
  outWidth: outputSide(width, WINDOW),
});

async function forward(sizes: Case, { x, norm }: Normed, storage: Storage) {
  const { quads, slices } = sizes;
  const frame = frameOf(sizes);
  const outStride = quads + SPARE;
  const norms = join({ scales: norm.scale, shifts: norm.shift });
  const { calls, parts } = planStripCalls(slices, frame.outHeight * frame.outWidth, quads);
  const columnParts = holdParts(MOMENT_QUADS, quads);
  const outs = slices.map((films) => holdEmpty(storage, films * frame.outHeight * frame.outWidth * outStride * 4));
  const dispatches = cut(x, slices).map((part, slice) => {
    const out = outs[slice] ?? columnParts;
    const call = calls[slice] as (typeof calls)[number];
    const bindings = { seen: hold(storage, spread(part, quads + SPARE, 0)), norms: norms.array, out, columnParts };
    const uniforms = { ...call.uniforms, ...frame, ...norms.at, stemStride: quads + SPARE, outStride };
    return dispatch(stemPool(storage, storage), bindings, uniforms, { threads: call.threads });
  });
  const { moments, statistics } = callMoments(columnParts, parts, quads);
  const read = await runDispatches([...dispatches, moments], { statistics, ...Object.fromEntries(outs.entries()) });
  return { ...gatherSlices(read, outs.length, x.channels, outStride, 0), ...readMoments(read.statistics) };
}

function gradient(sizes: Case, normed: Normed, slope: Images, storage: Storage) {
  const pooled = cut(slope, sizes.slices).map(({ data }) => hold("f32", data, "pooled"));
  return runNormGradient(stemPoolGradient(storage), normed, {
    slices: sizes.slices,
    seen: storage,
    outSpare: 0,
    more: (slice) => ({
      bindings: { pooled: pooled[slice] as TestArray },
      uniforms: { ...frameOf(sizes), stemStride: sizes.quads + SPARE },
    }),
  });
}

const drawSlope = (sizes: Case, { x }: Normed): Images => {
  const { outHeight: height, outWidth: width } = frameOf(sizes);
  const slope = makeImages({ ...x, height, width });
  slope.data.set(drawNormals(createRandom(8, "drawn"), slope.data.length));
  return slope;
};

describe.each(["f32", "f16"] as const)("activations in %s", (storage) => {
  it.each(CASES)("forward: %s", async (_, sizes) => {
    const normed = draw(sizes, storage);
    const got = await forward(sizes, normed, storage);
    const want = poolMaximum(activate(normed.x, normed.norm.scale, normed.norm.shift), WINDOW);
    expectStored(storage, got.out, want.data);
    expect(got.untouched).toBe(true);
    const { mean, variance } = findMoments({ ...want, data: got.out });
    expectClose(got.mean, mean);
    expectClose(got.variance, variance);
  });

  it.each(CASES)("gradient: %s", async (_, sizes) => {
    const normed = draw(sizes, storage);
    const slope = drawSlope(sizes, normed);
    const got = await gradient(sizes, normed, slope, storage);
    const active = activate(normed.x, normed.norm.scale, normed.norm.shift);
    checkNormGradient(got, normed, poolMaximumBack(active, slope, WINDOW));
    // Halves are equal too often for a difference: then the first of them has the gradient, and a difference sees half of it.
    if (storage === "f32") checkNormDifferences(got, normed, (seen) => dot(poolMaximum(seen, WINDOW).data, slope.data));
  });
});

it("gives the gradient to the first of equal maxima, in reading order, as PyTorch does", async () => {
  const sizes: Case = { slices: [1], height: 7, width: 7, quads: 1 };
  const normed = draw(sizes, "f32");
  // Three values, so that hardly a window has a single maximum.
  const x = { ...normed.x, data: normed.x.data.map((one) => Math.round(one)) };
  const tied = { x, norm: { ...normed.norm, scale: x.data.slice(0, 4).fill(1), shift: x.data.slice(0, 4).fill(1.5) } };
  const slope = drawSlope(sizes, tied);
  const behind = poolMaximumBack(activate(tied.x, tied.norm.scale, tied.norm.shift), slope, WINDOW);
  checkNormGradient(await gradient(sizes, tied, slope, "f32"), tied, behind);
});
