// The 1x1 convolution and its gradients in halves, against their definition in float64. On devices with shader-f16.
import { describe, expect, it } from "vitest";
import { ONE_BY_ONE } from "../check/reference/float64";
import {
  type ConvolutionCase,
  checkForward,
  checkNormedInputGradient,
  checkPlainInputGradient,
  checkWeightGradient,
  drawConvolution,
  runForward,
} from "../check/reference/testConvolutions";
import { HALF_TOLERANCE, hasFeature, openTestDevice } from "../check/reference/testKernels";
import { forward1x1, inputGradient1x1, pooledGradient1x1, weightGradient1x1 } from "./convolve1x1";

const ODD: ConvolutionCase = { slices: [1], height: 5, width: 7, innerQuads: 5, columnQuads: 3 };
const CASES: [string, ConvolutionCase][] = [
  ["one film of an odd width", ODD],
  ["a batch in slices, more columns than a tile", { slices: [2, 1], height: 7, width: 9, innerQuads: 17, columnQuads: 17 }],
];

const forward = forward1x1("halves", "f32", "f32", true);
const input = inputGradient1x1("halves", "f32");
const weights = weightGradient1x1("halves", "f32", true);
const pooled = pooledGradient1x1("halves");

openTestDevice([forward, input, weights, pooled], { tolerance: HALF_TOLERANCE });

const hasHalves = await hasFeature("shader-f16");
const how = { tiling: "halves", left: "f32", out: "f32" } as const;

describe.skipIf(!hasHalves).each(CASES)("in halves, %s", (_, sizes) => {
  const drawn = drawConvolution(sizes, ONE_BY_ONE, "f32");

  it("forward", async () => {
    await checkForward(forward, drawn, { ...how, activated: true });
  });
  it("a dense layer's gradient to the input", async () => {
    await checkNormedInputGradient(input, drawn, { tiling: "halves", seen: "f32", adds: true });
  });
  it("a transition's gradient to the input", async () => {
    await checkPlainInputGradient(pooled, drawn, "halves");
  });
  it("gradient to the weights", async () => {
    await checkWeightGradient(weights, drawn, { ...how, rowQuads: 2, activated: true });
  });
});

describe.skipIf(!hasHalves)("the range of halves", () => {
  const drawn = drawConvolution(ODD, ONE_BY_ONE, "f32");

  it("what is beyond it comes out as no finite number, so that it is noticed", async () => {
    const { out } = await runForward(forward, { ...drawn, weights: drawn.weights.map(() => 1e6) }, how);
    expect(out.some((one) => !Number.isFinite(one))).toBe(true);
    expect(out.filter((one) => one !== 0 && Number.isFinite(one))).toEqual(new Float64Array());
  });
  it("sums may leave it", async () => {
    // A thousand products of about 1024, of which a half holds sixty-three.
    const many = drawConvolution({ slices: [1], height: 3, width: 3, innerQuads: 256, columnQuads: 1 }, ONE_BY_ONE, "f32");
    const norm = { ...many.norm, shift: many.norm.shift.map((one) => one + 16) };
    await checkForward(forward, { ...many, norm, weights: many.weights.map((one) => one + 64) }, { ...how, activated: true });
  });
});
