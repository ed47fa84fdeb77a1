// fastai's pooling and its gradient against their definition in float64, the gradient also against finite differences.
import { describe, expect, it } from "vitest";
import { dot, findMoments, type Images, makeImages, mapImages, scaleAndShift } from "../check/reference/float64";
import { drawNormals, expectClose, hold, holdEmpty, join, openTestDevice, runDispatches } from "../check/reference/testKernels";
import {
  callMoments,
  checkNormDifferences,
  checkPlainNormGradient,
  cut,
  drawNorm,
  drawSeen,
  holdParts,
  planStripCalls,
  readMoments,
  runNormGradient,
  SPARE,
  spread,
} from "../check/reference/testNorms";
import { createRandom } from "../nn/random";
import { MOMENT_QUADS } from "./columns";
import { concatPool, concatPoolGradient } from "./concatPool";
import { dispatch } from "./dispatches";

openTestDevice();

const of = (array: ArrayLike<number>, at: number) => array[at] ?? Number.NaN;

/** [images, 2 * channels], the maximum of each channel and then the mean, and [images, channels], the first pixel that is the maximum. */
function poolConcat(x: Images): { pooled: Images; places: Float64Array } {
  const pooled = makeImages({ images: x.images, height: 1, width: 1, channels: 2 * x.channels });
  const places = new Float64Array(x.images * x.channels);
  const pixels = x.height * x.width;
  for (let image = 0; image < x.images; image++) {
    for (let channel = 0; channel < x.channels; channel++) {
      const values = Array.from({ length: pixels }, (_, pixel) => of(x.data, (image * pixels + pixel) * x.channels + channel));
      const largest = Math.max(...values);
      pooled.data[image * 2 * x.channels + channel] = largest;
      pooled.data[(image * 2 + 1) * x.channels + channel] = values.reduce((sum, one) => sum + one / pixels, 0);
      places[image * x.channels + channel] = values.indexOf(largest);
    }
  }
  return { pooled, places };
}

const CASES = [
  { title: "one film of one pixel", slices: [1], side: 1, quads: 2 },
  { title: "a film", slices: [1], side: 3, quads: 5 },
  { title: "a batch in slices", slices: [2, 3], side: 4, quads: 17 },
];

describe.each(["f32", "f16"] as const)("activations in %s", (storage) => {
  describe.each(CASES)("$title", ({ slices, side, quads }) => {
    const random = createRandom(21, "drawn", side, quads);
    const images = slices.reduce((sum, films) => sum + films, 0);
    const channels = quads * 4;
    const norm = drawNorm(random, channels);
    const x = drawSeen(random, { images, height: side, width: side, channels }, norm, storage);
    const firstOf = (slice: number) => slices.slice(0, slice).reduce((sum, films) => sum + films, 0);

    async function pool(x: Images) {
      const norms = join({ scales: norm.scale, shifts: norm.shift });
      const pooled = holdEmpty("f32", images * channels * 2);
      const places = holdEmpty("f32", images * channels);
      const columnParts = holdParts(MOMENT_QUADS, 2 * quads);
      const { calls, parts } = planStripCalls(slices, 1, 2 * quads);
      const dispatches = cut(x, slices).map((part, slice) => {
        const bindings = { seen: hold(storage, spread(part, quads + SPARE, 0)), norms: norms.array, pooled, places, columnParts };
        const call = calls[slice];
        if (!call) throw new Error("No such slice");
        const own = { ...norms.at, firstImage: firstOf(slice), pixels: side * side, seenStride: quads + SPARE };
        return dispatch(concatPool(storage), bindings, { ...call.uniforms, ...own }, { threads: call.threads });
      });
      const { moments, statistics } = callMoments(columnParts, parts, 2 * quads);
      return runDispatches([...dispatches, moments], { pooled, places, statistics });
    }

    it("pools, says where each maximum lies, and keeps the moments", async () => {
      const got = await pool(x);
      const want = poolConcat(scaleAndShift(x, norm.scale, norm.shift));
      expectClose(got.pooled, want.pooled.data);
      expect(got.places).toEqual(want.places);
      const moments = findMoments(want.pooled);
      expectClose(readMoments(got.statistics).mean, moments.mean);
      expectClose(readMoments(got.statistics).variance, moments.variance);
    });

    it("takes the first of equal maxima", async () => {
      const few = mapImages(x, (one) => Math.sign(one));
      expect((await pool(few)).places).toEqual(poolConcat(scaleAndShift(few, norm.scale, norm.shift)).places);
    });

    it("gives the gradient to what it pooled", async () => {
      const slopes = drawNormals(random, images * channels * 2);
      const { places } = poolConcat(scaleAndShift(x, norm.scale, norm.shift));
      const given = { pooled: hold("f32", slopes, "slopes"), places: hold("f32", places, "places") };
      const got = await runNormGradient(
        concatPoolGradient(storage),
        { x, norm },
        {
          slices,
          seen: storage,
          outSpare: SPARE,
          more: (slice) => ({ bindings: given, uniforms: { firstImage: firstOf(slice), pixels: side * side } }),
        },
      );
      const dy = mapImages(x, (_, channel, at) => {
        const pixel = Math.floor(at / channels);
        const image = Math.floor(pixel / (side * side));
        const isPlace = of(places, image * channels + channel) === pixel % (side * side);
        const ofMean = of(slopes, (image * 2 + 1) * channels + channel) / (side * side);
        return ofMean + (isPlace ? of(slopes, image * 2 * channels + channel) : 0);
      });
      checkPlainNormGradient(got, { x, norm }, dy);
      checkNormDifferences(got, { x, norm }, (seen) => dot(poolConcat(seen).pooled.data, slopes), scaleAndShift);
    });
  });
});
