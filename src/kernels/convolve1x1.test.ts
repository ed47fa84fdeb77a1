// The 1x1 convolution and its gradients against their definition in float64, the gradients also against finite differences.
import { describe, it } from "vitest";
import { ONE_BY_ONE } from "../../scripts/float64";
import {
  type ConvolutionCase,
  checkForward,
  checkNormedInputGradient,
  checkPlainInputGradient,
  checkWeightGradient,
  drawConvolution,
  STORAGES,
  TILINGS,
} from "../../scripts/testConvolutions";
import { openTestDevice } from "../../scripts/testKernels";
import { forward1x1, inputGradient1x1, pooledGradient1x1, weightGradient1x1 } from "./convolve1x1";

openTestDevice();

const CASES: [string, ConvolutionCase][] = [
  ["a single pixel", { slices: [1], height: 1, width: 1, innerQuads: 2, columnQuads: 1 }],
  ["one film of an odd width", { slices: [1], height: 5, width: 7, innerQuads: 5, columnQuads: 3 }],
  ["a batch in slices, more columns than a tile", { slices: [2, 1], height: 7, width: 9, innerQuads: 17, columnQuads: 17 }],
];
/** More pixels than are summed before they join the total. */
const LONG: ConvolutionCase = { slices: [1], height: 71, width: 67, innerQuads: 1, columnQuads: 1 };

const VARIANTS = TILINGS.flatMap((tiling) => STORAGES.map((storage) => ({ tiling, storage })));

describe.each(VARIANTS)("a dense layer's, $tiling, activations in $storage", ({ tiling, storage }) => {
  describe.each(CASES)("%s", (_, sizes) => {
    const drawn = drawConvolution(sizes, ONE_BY_ONE, storage);

    it("forward", async () => {
      const how = { tiling, left: storage, out: storage, activated: true };
      await checkForward(forward1x1(tiling, storage, storage, true), drawn, how);
    });
    it("gradient to the input, added to what is there", async () => {
      await checkNormedInputGradient(inputGradient1x1(tiling, storage), drawn, { tiling, seen: storage, adds: true });
    });
    it("gradient to the weights", async () => {
      const how = { tiling, left: storage, rowQuads: 2, activated: true } as const;
      await checkWeightGradient(weightGradient1x1(tiling, storage, true), drawn, how);
    });
  });
});

describe.each([
  { tiling: "direct", storage: "f32" },
  { tiling: "tiled", storage: "f16" },
] as const)("a transition's, $tiling, of what was pooled", ({ tiling, storage }) => {
  describe.each(CASES)("%s", (_, sizes) => {
    const drawn = drawConvolution(sizes, ONE_BY_ONE, "f32");

    it(`forward, out in ${storage}`, async () => {
      const how = { tiling, left: "f32", out: storage, activated: false } as const;
      await checkForward(forward1x1(tiling, "f32", storage, false), drawn, how);
    });
    it("gradient to the input", async () => {
      await checkPlainInputGradient(pooledGradient1x1(tiling), drawn, tiling);
    });
    it("gradient to the weights", async () => {
      const how = { tiling, left: "f32", rowQuads: 2, activated: false } as const;
      await checkWeightGradient(weightGradient1x1(tiling, "f32", false), drawn, how);
    });
  });
});

describe.each(TILINGS)("%s, of many pixels", (tiling) => {
  const drawn = drawConvolution(LONG, ONE_BY_ONE, "f32");

  it("forward: moments", async () => {
    const how = { tiling, left: "f32", out: "f32", activated: true } as const;
    await checkForward(forward1x1(tiling, "f32", "f32", true), drawn, how);
  });
  it("forward: moments of channels whose mean is a thousand times their deviation", async () => {
    // Channel 0 is one everywhere, and its weights are large.
    const biased = { ...drawn, x: { ...drawn.x, data: drawn.x.data.map((one, at) => (at % 4 === 0 ? 1 : one)) } };
    biased.weights = drawn.weights.map((one, at) => (at < 4 ? 2048 : one));
    const how = { tiling, left: "f32", out: "f32", activated: false } as const;
    await checkForward(forward1x1(tiling, "f32", "f32", false), biased, how);
  });
  it("gradients", async () => {
    await checkNormedInputGradient(inputGradient1x1(tiling, "f32"), drawn, { tiling, seen: "f32", adds: true });
    const how = { tiling, left: "f32", rowQuads: 2, activated: true } as const;
    await checkWeightGradient(weightGradient1x1(tiling, "f32", true), drawn, how);
  });
});
