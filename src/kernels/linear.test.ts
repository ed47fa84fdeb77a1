// A linear layer and its gradients against their definition in float64, the gradients also against finite differences.
import { describe, expect, it } from "vitest";
import { dot, findGradient, findMoments, makeImages } from "../check/reference/float64";
import {
  drawNormals,
  expectClose,
  hold,
  holdEmpty,
  join,
  openTestDevice,
  runDispatches,
  UNTOUCHED,
} from "../check/reference/testKernels";
import { callMoments, holdParts, planStripCalls, readMoments } from "../check/reference/testNorms";
import { createRandom } from "../nn/random";
import { MOMENT_QUADS } from "./columns";
import { dispatch } from "./dispatches";
import { linearInputGradient, linearRelu, linearWeightGradient, reluGradient } from "./linear";

openTestDevice();

const of = (array: ArrayLike<number>, at: number) => array[at] ?? Number.NaN;

/** [rows, outs] of [rows, inner] and weights [inner, outs]. */
function apply(left: ArrayLike<number>, weights: ArrayLike<number>, biases: ArrayLike<number>): Float64Array {
  const outs = biases.length;
  const inner = weights.length / outs;
  return Float64Array.from({ length: (left.length / inner) * outs }, (_, at) => {
    let sum = of(biases, at % outs);
    for (let k = 0; k < inner; k++) sum += of(left, Math.floor(at / outs) * inner + k) * of(weights, k * outs + (at % outs));
    return sum;
  });
}

it.each([
  { rows: 1, inner: 1, quads: 1 },
  { rows: 5, inner: 64, quads: 3 },
  { rows: 40, inner: 300, quads: 2 },
])("rectifies $rows rows of $inner by $quads quads of weights, and keeps the moments", async ({ rows, inner, quads }) => {
  const random = createRandom(23, "drawn", rows);
  const outs = quads * 4;
  const left = drawNormals(random, rows * inner);
  const [weights, biases] = [drawNormals(random, inner * outs), drawNormals(random, outs)];
  const parameters = join({ weights, biases });
  const out = holdEmpty("f32", rows * outs);
  const columnParts = holdParts(MOMENT_QUADS, quads);
  const { calls, parts } = planStripCalls([rows], 1, quads);
  const call = calls[0];
  if (!call) throw new Error("No call");
  const { moments, statistics } = callMoments(columnParts, parts, quads);
  const bindings = { left: hold("scalar", left), parameters: parameters.array, out, columnParts };
  const one = dispatch(linearRelu, bindings, { ...call.uniforms, inner, ...parameters.at }, { threads: call.threads });
  const got = await runDispatches([one, moments], { out, statistics });
  const want = makeImages({ images: rows, height: 1, width: 1, channels: outs });
  want.data.set(apply(left, weights, biases).map((value) => Math.max(0, value)));
  expectClose(got.out, want.data);
  const { mean, variance } = findMoments(want);
  expectClose(readMoments(got.statistics).mean, mean);
  expectClose(readMoments(got.statistics).variance, variance);
});

it("goes back through ReLU where it let through, and not at its edge", async () => {
  const activated = hold("f32", [0, 1, 2, 0]);
  const gradient = hold("f32", [3, -4, 5, -6], "gradient");
  const one = dispatch(reluGradient, { activated, gradient }, { values: 1 }, { threads: 1 });
  expect([...(await runDispatches([one], { gradient })).gradient]).toEqual([0, -4, 5, 0]);
});

describe.each([
  { rows: 1, inner: 4, outs: 1 },
  { rows: 3, inner: 68, outs: 14 },
  { rows: 2, inner: 12, outs: 200 },
])("the gradients of $rows rows of $inner by $outs", ({ rows, inner, outs }) => {
  const random = createRandom(24, "drawn", rows);
  const left = drawNormals(random, rows * inner);
  const slopes = drawNormals(random, rows * outs);
  const [weights, biases] = [drawNormals(random, inner * outs), drawNormals(random, outs)];
  const loss = () => dot(apply(left, weights, biases), slopes);

  it("to the input", async () => {
    const out = holdEmpty("scalar", rows * inner);
    const bindings = { slopes: hold("scalar", [UNTOUCHED, ...slopes]), parameters: hold("scalar", [UNTOUCHED, ...weights]), out };
    const uniforms = { values: rows * inner, inner, outs, slopesFirst: 1, weights: 1 };
    const got = await runDispatches([dispatch(linearInputGradient, bindings, uniforms, { threads: rows * inner })], { out });
    // Linear, so that differences are the gradient.
    expectClose(got.out, findGradient(loss, left));
  });

  it("to weights and biases, added to what is there", async () => {
    const before = drawNormals(random, 2 + inner * outs + outs);
    const gradients = hold("scalar", before);
    const uniforms = { rows, inner, outs, slopesFirst: 1, weights: 1, biases: 1 + inner * outs };
    const bindings = { left: hold("scalar", left), slopes: hold("scalar", [UNTOUCHED, ...slopes]), gradients };
    const one = dispatch(linearWeightGradient, bindings, uniforms, { threads: (inner + 1) * outs });
    const got = await runDispatches([one], { gradients });
    const gained = got.gradients.map((value, at) => value - of(before, at));
    expectClose(gained.subarray(1, 1 + weights.length), findGradient(loss, weights));
    expectClose(gained.subarray(1 + weights.length, -1), findGradient(loss, biases));
    expect([gained[0], gained.at(-1)]).toEqual([0, 0]);
  });
});
