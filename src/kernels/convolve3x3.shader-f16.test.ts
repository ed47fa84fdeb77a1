// The 3x3 convolution and its gradients in halves, against their definition in float64. On devices with shader-f16.
import { describe, it } from "vitest";
import { THREE_BY_THREE } from "../check/reference/float64";
import {
  type ConvolutionCase,
  checkForward,
  checkNormedInputGradient,
  checkWeightGradient,
  drawConvolution,
} from "../check/reference/testConvolutions";
import { HALF_TOLERANCE, hasFeature, openTestDevice } from "../check/reference/testKernels";
import { forward3x3, inputGradient3x3, weightGradient3x3 } from "./convolve3x3";

const CASES: [string, ConvolutionCase][] = [
  ["smaller than its window", { slices: [2], height: 1, width: 2, innerQuads: 3, columnQuads: 2 }],
  ["a batch in slices, more columns than a tile", { slices: [2, 1], height: 5, width: 7, innerQuads: 5, columnQuads: 9 }],
];

const forward = forward3x3("halves", "f32", "f32");
const input = inputGradient3x3("halves", "f32");
const weights = weightGradient3x3("halves", "f32");

openTestDevice([forward, input, weights], { tolerance: HALF_TOLERANCE });

const hasHalves = await hasFeature("shader-f16");
const how = { tiling: "halves", left: "f32", out: "f32", narrow: true, activated: true } as const;

describe.skipIf(!hasHalves).each(CASES)("in halves, %s", (_, sizes) => {
  const drawn = drawConvolution(sizes, THREE_BY_THREE, "f32");

  it("forward", async () => {
    await checkForward(forward, drawn, how);
  });
  it("gradient to the input", async () => {
    await checkNormedInputGradient(input, drawn, { tiling: "halves", seen: "f32", adds: false });
  });
  it("gradient to the weights", async () => {
    await checkWeightGradient(weights, drawn, { ...how, rowQuads: 2 });
  });
});
