// The transition's average pooling and its gradient against their definition in float64, the gradient also against finite differences.
import { describe, it } from "vitest";
import {
  activate,
  type ConvolutionWindow,
  dot,
  makeImages,
  outputSide,
  poolAverage,
  poolAverageBack,
} from "../check/reference/float64";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  join,
  openTestDevice,
  runDispatches,
  type TestArray,
} from "../check/reference/testKernels";
import {
  checkNormDifferences,
  checkNormGradient,
  cut,
  drawNorm,
  drawSeen,
  runNormGradient,
  SPARE,
  spread,
} from "../check/reference/testNorms";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { transitionPool, transitionPoolGradient } from "./transitionPool";

openTestDevice();

const WINDOW: ConvolutionWindow = { side: 2, stride: 2, pad: 0 };
const CASES = [
  { title: "the smallest", slices: [1], height: 2, width: 2, quads: 2 },
  { title: "an odd last row and column, which are left out", slices: [1], height: 7, width: 5, quads: 3 },
  { title: "a batch in slices", slices: [2, 1], height: 4, width: 9, quads: 5 },
];

describe.each(["f32", "f16"] as const)("activations in %s", (storage) => {
  describe.each(CASES)("$title", ({ slices, height, width, quads }) => {
    const random = createRandom(9, "drawn", height, width);
    const images = slices.reduce((sum, films) => sum + films, 0);
    const norm = drawNorm(random, quads * 4);
    const x = drawSeen(random, { images, height, width, channels: quads * 4 }, norm, storage);
    const frame = { height, width, outHeight: outputSide(height, WINDOW), outWidth: outputSide(width, WINDOW) };
    const active = activate(x, norm.scale, norm.shift);

    it("forward", async () => {
      const norms = join({ scales: norm.scale, shifts: norm.shift });
      const values = images * frame.outHeight * frame.outWidth * quads;
      const out = holdEmpty("f32", values * 4);
      const bindings = { seen: hold(storage, spread(x, quads + SPARE, 0)), norms: norms.array, out };
      const uniforms = { ...frame, ...norms.at, values, columnQuads: quads, seenStride: quads + SPARE };
      const got = await runDispatches([dispatch(transitionPool(storage), bindings, uniforms, { threads: values })], { out });
      expectClose(got.out, poolAverage(active, WINDOW).data);
    });

    it("gradient", async () => {
      const slope = makeImages({ ...x, height: frame.outHeight, width: frame.outWidth });
      slope.data.set(drawNormals(random, slope.data.length));
      const pooled = cut(slope, slices).map(({ data }) => hold("f32", data, "pooled"));
      const got = await runNormGradient(
        transitionPoolGradient(storage),
        { x, norm },
        {
          slices,
          seen: storage,
          outSpare: SPARE,
          more: (slice) => ({ bindings: { pooled: pooled[slice] as TestArray }, uniforms: frame }),
        },
      );
      checkNormGradient(got, { x, norm }, poolAverageBack(active, slope, WINDOW));
      checkNormDifferences(got, { x, norm }, (seen) => dot(poolAverage(seen, WINDOW).data, slope.data));
    });
  });
});
