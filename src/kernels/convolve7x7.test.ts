// The stem's 7x7 convolution and its gradient to the weights against their definition in float64, the gradient also against finite
// differences.
import { describe, it } from "vitest";
import type { ConvolutionWindow } from "../check/reference/float64";
import {
  type ConvolutionCase,
  checkForward,
  checkWeightGradient,
  drawConvolution,
  STORAGES,
  TILINGS,
} from "../check/reference/testConvolutions";
import { openTestDevice } from "../check/reference/testKernels";
import { forward7x7, weightGradient7x7 } from "./convolve7x7";

openTestDevice(TILINGS.flatMap((tiling) => [forward7x7(tiling, "f32"), forward7x7(tiling, "f16"), weightGradient7x7(tiling)]));

const WINDOW: ConvolutionWindow = { side: 7, stride: 2, pad: 3 };
const CASES: [string, ConvolutionCase][] = [
  ["a film smaller than the window", { slices: [1], height: 3, width: 2, innerQuads: 1, columnQuads: 1 }],
  ["one film of an odd width", { slices: [1], height: 10, width: 13, innerQuads: 1, columnQuads: 3 }],
  ["a batch in slices, more columns than a tile", { slices: [2, 1], height: 15, width: 16, innerQuads: 1, columnQuads: 17 }],
];

describe.each(TILINGS)("%s", (tiling) => {
  describe.each(CASES)("%s", (_, sizes) => {
    const drawn = drawConvolution(sizes, WINDOW, "f32");

    it.each(STORAGES)("forward, out in %s", async (storage) => {
      const how = { tiling, left: "f32", out: storage, activated: false } as const;
      await checkForward(forward7x7(tiling, storage), drawn, how);
    });
    it("gradient to the weights", async () => {
      const how = { tiling, left: "f32", rowQuads: 1, activated: false } as const;
      await checkWeightGradient(weightGradient7x7(tiling), drawn, how);
    });
  });
});
