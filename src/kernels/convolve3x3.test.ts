// The 3x3 convolution and its gradients against their definition in float64, the gradients also against finite differences.
import { describe, it } from "vitest";
import { THREE_BY_THREE } from "../check/reference/float64";
import {
  type ConvolutionCase,
  checkForward,
  checkNormedInputGradient,
  checkWeightGradient,
  drawConvolution,
  STORAGES,
  TILINGS,
} from "../check/reference/testConvolutions";
import { openTestDevice } from "../check/reference/testKernels";
import { forward3x3, inputGradient3x3, weightGradient3x3 } from "./convolve3x3";

const CASES: [string, ConvolutionCase][] = [
  ["a single pixel", { slices: [1], height: 1, width: 1, innerQuads: 2, columnQuads: 1 }],
  ["one film of an odd width", { slices: [1], height: 5, width: 7, innerQuads: 3, columnQuads: 3 }],
  ["a batch in slices, more columns than a tile", { slices: [2, 1], height: 7, width: 9, innerQuads: 5, columnQuads: 9 }],
];
const VARIANTS = TILINGS.flatMap((tiling) =>
  STORAGES.map((storage) => ({
    tiling,
    storage,
    forward: forward3x3(tiling, storage, storage),
    input: inputGradient3x3(tiling, storage),
    weights: weightGradient3x3(tiling, storage),
  })),
);

openTestDevice(VARIANTS.flatMap(({ forward, input, weights }) => [forward, input, weights]));

describe.each(VARIANTS)("$tiling, activations in $storage", ({ tiling, storage, ...kernels }) => {
  describe.each(CASES)("%s", (_, sizes) => {
    const drawn = drawConvolution(sizes, THREE_BY_THREE, storage);

    it("forward", async () => {
      const how = { tiling, left: storage, out: storage, activated: true, narrow: true };
      await checkForward(kernels.forward, drawn, how);
    });
    it("gradient to the input", async () => {
      await checkNormedInputGradient(kernels.input, drawn, { tiling, seen: storage, adds: false });
    });
    it("gradient to the weights", async () => {
      const how = { tiling, left: storage, rowQuads: 2, narrow: true, activated: true } as const;
      await checkWeightGradient(kernels.weights, drawn, how);
    });
  });
});
