// What every kernel shares: quads kept as halves, ReLU, and what becomes of values that are not finite.
import { expect, it } from "vitest";
import { drawNormals, expectStored, hold, holdEmpty, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { defineKernel, read, write } from "./kernel";

openTestDevice();

const passOn = defineKernel({
  name: "passOn",
  bindings: { given: read("f32"), stored: write("f16"), rounded: write("f32"), positive: write("f32") },
  uniforms: { quads: "u32" },
  body: `
if (thread >= u.quads) { return; }
let value = load_given(thread);
store_stored(thread, value);
store_rounded(thread, rounded_stored(value));
store_positive(thread, relu(value));`,
});

const again = defineKernel({
  name: "again",
  bindings: { stored: read("f16"), out: write("f32") },
  uniforms: { quads: "u32" },
  body: "if (thread < u.quads) { store_out(thread, load_stored(thread)); }",
});

async function pass(values: ArrayLike<number>) {
  const quads = values.length / 4;
  const stored = holdEmpty("f16", values.length);
  const [rounded, positive, out] = [0, 1, 2].map(() => holdEmpty("f32", values.length)) as [
    ReturnType<typeof hold>,
    ReturnType<typeof hold>,
    ReturnType<typeof hold>,
  ];
  return runDispatches(
    [
      dispatch(passOn, { given: hold("f32", values), stored, rounded, positive }, { quads }, { threads: quads }),
      dispatch(again, { stored, out }, { quads }, { threads: quads }),
    ],
    { stored, rounded, positive, out },
  );
}

it("keeps quads as halves, and knows beforehand how they will be read", async () => {
  // More quads than a workgroup has invocations, over all exponents that a half has.
  const random = createRandom(1, "drawn");
  const values = drawNormals(random, 4 * 77).map((one) => one * 2 ** (random.int(28) - 14));
  const seen = await pass(values);
  expectStored("f16", seen.stored, values);
  expect(seen.rounded).toEqual(seen.stored);
  expect(seen.out).toEqual(seen.stored);
  expect(seen.positive).toEqual(values.map((one) => Math.max(0, one)));
});

it("stops at the largest half, and lets nothing that is not finite pass for a number", async () => {
  const seen = await pass([
    65504,
    65519,
    1e6,
    -1e9,
    Number.NaN,
    1,
    Number.POSITIVE_INFINITY,
    2,
    3,
    Number.NEGATIVE_INFINITY,
    0,
    -0,
  ]);
  expect([...seen.rounded.subarray(0, 4)]).toEqual([65504, 65504, 65504, -65504]);
  // Two values share a word.
  expect([...seen.rounded.subarray(4)].map(Number.isNaN)).toEqual([true, true, true, true, true, true, false, false]);
  expect([...seen.positive.subarray(0, 4)]).toEqual([65504, 65519, 1e6, 0]);
  expect(seen.positive[4]).toBeNaN();
  expect(seen.positive[6]).toBe(Number.POSITIVE_INFINITY);
});
