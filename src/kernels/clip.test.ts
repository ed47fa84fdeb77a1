// The norm of gradients and what they are scaled by, against torch's formula in float64, over ranges with gaps between.
import { expect, it } from "vitest";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  openTestDevice,
  runDispatches,
  UNTOUCHED,
} from "../check/reference/testKernels";
import { createRandom } from "../nn/random";
import { CLIP_EPSILON, findClipFactor, NORM_FLOATS, NORM_PARTS, scaleGradients, sumSquares } from "./clip";
import { dispatch } from "./dispatches";

openTestDevice();

/** In quads; the second has more than there are invocations. */
const RANGES = [
  { first: 1, quads: 3 },
  { first: 7, quads: NORM_PARTS + 71 },
];
const QUADS = 7 + NORM_PARTS + 71 + 2;
const inRange = (at: number) => RANGES.some(({ first, quads }) => at >= first * 4 && at < (first + quads) * 4);

const draw = () => drawNormals(createRandom(21, "drawn"), QUADS * 4);

async function clip(values: ArrayLike<number>, maxNorm: number): Promise<{ gradients: Float64Array; factor: number }> {
  const gradients = hold("f32", values, "gradients");
  const norm = holdEmpty("scalar", NORM_FLOATS);
  const { gradients: clipped, norm: sums } = await runDispatches(
    [
      ...RANGES.map((range, index) =>
        dispatch(sumSquares, { gradients, norm }, { ...range, begin: index === 0 ? 1 : 0 }, { threads: NORM_PARTS }),
      ),
      dispatch(findClipFactor, { norm }, { maxNorm, epsilon: CLIP_EPSILON }, { threads: 1 }),
      ...RANGES.map((range) => dispatch(scaleGradients, { norm, gradients }, range, { threads: range.quads })),
    ],
    { gradients, norm },
  );
  return { gradients: clipped, factor: sums[NORM_PARTS] ?? Number.NaN };
}

it.each([0.5, 50, 1e4])("scales what is in the ranges to a norm of %d at most, and nothing else", async (maxNorm) => {
  const values = draw();
  const norm = Math.hypot(...values.filter((_, at) => inRange(at)));
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  const got = await clip(values, maxNorm);
  expectClose([got.factor], [factor]);
  expectClose(
    got.gradients,
    values.map((value, at) => (inRange(at) ? value * factor : value)),
  );
  values.forEach((value, at) => {
    if (!inRange(at) || factor === 1) expect(got.gradients[at]).toBe(value);
  });
});

it("adds up in the same order every time", async () => {
  const values = draw();
  expect(await clip(values, 1)).toEqual(await clip(values, 1));
});

it("leaves gradients of zero alone", async () => {
  expect((await clip(new Float64Array(QUADS * 4), 1)).factor).toBe(1);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "shows in all that is trained where one is %d",
  async (odd) => {
    const values = draw();
    values[RANGES[1]!.first * 4 + 5] = odd;
    const { gradients, factor } = await clip(values, 1);
    expect(factor).toBeNaN();
    expect(gradients.every((value, at) => Number.isNaN(value) === inRange(at))).toBe(true);
  },
);

it("is not told by what no range holds", async () => {
  const values = draw();
  values[0] = Number.NaN;
  const { gradients, factor } = await clip(values, 1);
  expect(factor).toBeGreaterThan(0);
  expect(gradients.filter(Number.isNaN)).toHaveLength(1);
  expect(gradients.includes(UNTOUCHED)).toBe(false);
});
