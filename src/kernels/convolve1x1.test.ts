// The 1x1 convolution and its gradients against their definition in float64, the gradients also against finite differences.
import { describe, it } from "vitest";
import { ONE_BY_ONE } from "../check/reference/float64";
import {
  type ConvolutionCase,
  checkForward,
  checkNormedInputGradient,
  checkPlainInputGradient,
  checkWeightGradient,
  drawConvolution,
  STORAGES,
  TILINGS,
} from "../check/reference/testConvolutions";
import { openTestDevice } from "../check/reference/testKernels";
import { forward1x1, inputGradient1x1, pooledGradient1x1, weightGradient1x1 } from "./convolve1x1";

const CASES: [string, ConvolutionCase][] = [
  ["a single pixel", { slices: [1], height: 1, width: 1, innerQuads: 2, columnQuads: 1 }],
  ["one film of an odd width", { slices: [1], height: 5, width: 7, innerQuads: 5, columnQuads: 3 }],
  ["a batch in slices, more columns than a tile", { slices: [2, 1], height: 7, width: 9, innerQuads: 17, columnQuads: 17 }],
];
/** More pixels than are summed before they join the total. */
const LONG: ConvolutionCase = { slices: [1], height: 71, width: 67, innerQuads: 1, columnQuads: 1 };

const DENSE = TILINGS.flatMap((tiling) =>
  STORAGES.map((storage) => ({
    tiling,
    storage,
    forward: forward1x1(tiling, storage, storage, true),
    input: inputGradient1x1(tiling, storage),
    weights: weightGradient1x1(tiling, storage, true),
  })),
);
const POOLED = (
  [
    ["direct", "f32"],
    ["tiled", "f16"],
  ] as const
).map(([tiling, storage]) => ({
  tiling,
  storage,
  forward: forward1x1(tiling, "f32", storage, false),
  input: pooledGradient1x1(tiling),
  weights: weightGradient1x1(tiling, "f32", false),
}));

openTestDevice([...DENSE, ...POOLED].flatMap(({ forward, input, weights }) => [forward, input, weights]));

describe.each(DENSE)("a dense layer's, $tiling, activations in $storage", ({ tiling, storage, ...kernels }) => {
  describe.each(CASES)("%s", (_, sizes) => {
    const drawn = drawConvolution(sizes, ONE_BY_ONE, storage);

    it("forward", async () => {
      const how = { tiling, left: storage, out: storage, activated: true };
      await checkForward(kernels.forward, drawn, how);
    });
    it("gradient to the input, added to what is there", async () => {
      await checkNormedInputGradient(kernels.input, drawn, { tiling, seen: storage, adds: true });
    });
    it("gradient to the weights", async () => {
      const how = { tiling, left: storage, rowQuads: 2, activated: true } as const;
      await checkWeightGradient(kernels.weights, drawn, how);
    });
  });
});

describe.each(POOLED)("a transition's, $tiling, of what was pooled", ({ tiling, storage, ...kernels }) => {
  describe.each(CASES)("%s", (_, sizes) => {
    const drawn = drawConvolution(sizes, ONE_BY_ONE, "f32");

    it(`forward, out in ${storage}`, async () => {
      const how = { tiling, left: "f32", out: storage, activated: false } as const;
      await checkForward(kernels.forward, drawn, how);
    });
    it("gradient to the input", async () => {
      await checkPlainInputGradient(kernels.input, drawn, tiling);
    });
    it("gradient to the weights", async () => {
      const how = { tiling, left: "f32", rowQuads: 2, activated: false } as const;
      await checkWeightGradient(kernels.weights, drawn, how);
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
    const first = (values: Float64Array, one: number) => values.map((value, at) => (at === 0 ? one : value));
    const norm = { ...drawn.norm, scale: first(drawn.norm.scale, 1), shift: first(drawn.norm.shift, 0) };
    const x = { ...drawn.x, data: drawn.x.data.map((one, at) => (at % 4 === 0 ? 1 : one)) };
    const weights = drawn.weights.map((one, at) => (at < 4 ? 2048 : one));
    const how = { tiling, left: "f32", out: "f32", activated: true } as const;
    await checkForward(forward1x1(tiling, "f32", "f32", true), { ...drawn, x, norm, weights }, how);
  });
  it("gradients", async () => {
    await checkNormedInputGradient(inputGradient1x1(tiling, "f32"), drawn, { tiling, seen: "f32", adds: true });
    const how = { tiling, left: "f32", rowQuads: 2, activated: true } as const;
    await checkWeightGradient(weightGradient1x1(tiling, "f32", true), drawn, how);
  });
});
