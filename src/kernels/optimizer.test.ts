// AdamW and SGD over several steps against torch.optim's formulas in float64. Weight decay, moments from zero, bias correction.
import { describe, expect, it } from "vitest";
import { drawNormals, expectClose, hold, openTestDevice, runDispatches, type TestArray } from "../check/reference/testKernels";
import { createRandom } from "../nn/random";
import { type Dispatch, dispatch } from "./dispatches";
import { adamw, sgd } from "./optimizer";

openTestDevice();

const STEPS = 4;
/** A range that begins late and ends early, of more quads than a workgroup has invocations. */
const [FIRST, QUADS, ALL] = [2, 71, 75];
const inRange = (at: number) => at >= FIRST * 4 && at < (FIRST + QUADS) * 4;

function draw() {
  const random = createRandom(4, "drawn");
  const parameters = hold("f32", drawNormals(random, ALL * 4), "parameters");
  const gradients = Array.from({ length: STEPS }, () =>
    hold(
      "f32",
      drawNormals(random, ALL * 4).map((one) => one * 10 ** -random.int(4)),
      "gradients",
    ),
  );
  const zeros = () => hold("f32", new Float64Array(ALL * 4), "moment");
  return { parameters, gradients, zeros };
}

/** What gradients are of: the loss times this. */
const SCALE = 2 ** 10;
const scaled = ({ values }: TestArray) =>
  hold(
    "f32",
    values.map((one) => one * SCALE),
    "gradients",
  );

/** Gradients of the parameter `at`, step by step. */
const gradientsOf = (gradients: TestArray[], at: number) => gradients.map(({ values }) => values[at] ?? Number.NaN);

describe("AdamW", () => {
  it.each([
    { lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 },
    { lr: 1e-1, beta1: 0.95, beta2: 0.999, eps: 1e-5, weightDecay: 0 },
  ])("lr $lr, betas $beta1 and $beta2, decay $weightDecay", async ({ lr, beta1, beta2, eps, weightDecay }) => {
    const { parameters, gradients, zeros } = draw();
    const [expAvg, expAvgSq] = [zeros(), zeros()];
    const dispatches = gradients.map((given, step): Dispatch => {
      const uniforms = {
        first: FIRST,
        quads: QUADS,
        unscale: 1 / SCALE,
        beta1,
        beta2,
        oneMinusBeta1: 1 - beta1,
        oneMinusBeta2: 1 - beta2,
        keep: 1 - lr * weightDecay,
        rate: lr / (1 - beta1 ** (step + 1)),
        correction: Math.sqrt(1 - beta2 ** (step + 1)),
        eps,
      };
      return dispatch(adamw, { gradients: scaled(given), parameters, expAvg, expAvgSq }, uniforms, { threads: QUADS });
    });
    const got = await runDispatches(dispatches, { parameters, expAvg, expAvgSq });
    const want = parameters.values.map((start, at) => {
      if (!inRange(at)) return start;
      let [p, m, v] = [start, 0, 0];
      gradientsOf(gradients, at).forEach((g, before) => {
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        const mean = m / (1 - beta1 ** (before + 1));
        const square = v / (1 - beta2 ** (before + 1));
        p = p - lr * weightDecay * p - (lr * mean) / (Math.sqrt(square) + eps);
      });
      return p;
    });
    expectClose(got.parameters, want);
    const moved = (values: ArrayLike<number>) => Array.from(values, (one, at) => one - (parameters.values[at] ?? 0));
    expectClose(moved(got.parameters), moved(want), 1e-3);
    const moment = (beta: number, of: (g: number) => number) =>
      parameters.values.map((_, at) => {
        if (!inRange(at)) return 0;
        return gradientsOf(gradients, at).reduce((kept, g) => beta * kept + (1 - beta) * of(g), 0);
      });
    expectClose(
      got.expAvg,
      moment(beta1, (g) => g),
    );
    expectClose(
      got.expAvgSq,
      moment(beta2, (g) => g * g),
    );
  });
});

it("AdamW leaves a parameter without a gradient to its decay", async () => {
  const parameters = hold("f32", [1, -2, 3, 0]);
  const [gradients, expAvg, expAvgSq] = [0, 1, 2].map(() => hold("f32", [0, 0, 0, 0])) as [TestArray, TestArray, TestArray];
  const rates = {
    beta1: 0.9,
    beta2: 0.99,
    oneMinusBeta1: 0.1,
    oneMinusBeta2: 0.01,
    keep: 0.5,
    rate: 1,
    correction: 0.1,
    eps: 1e-8,
  };
  const one = dispatch(
    adamw,
    { gradients, parameters, expAvg, expAvgSq },
    { first: 0, quads: 1, unscale: 1, ...rates },
    { threads: 1 },
  );
  expect([...(await runDispatches([one], { parameters })).parameters]).toEqual([0.5, -1, 1.5, 0]);
});

it.each([
  { lr: 1e-1, momentum: 0.9, weightDecay: 1e-2 },
  { lr: 1e-2, momentum: 0, weightDecay: 0 },
])("SGD, lr $lr, momentum $momentum, decay $weightDecay", async ({ lr, momentum, weightDecay }) => {
  const { parameters, gradients, zeros } = draw();
  const momentumBuffer = zeros();
  const uniforms = { first: FIRST, quads: QUADS, unscale: 1 / SCALE, lr, momentum, weightDecay };
  const got = await runDispatches(
    gradients.map((given) =>
      dispatch(sgd, { gradients: scaled(given), parameters, momentumBuffer }, uniforms, { threads: QUADS }),
    ),
    { parameters, momentumBuffer },
  );
  const ends = Array.from(parameters.values, (start, at) => {
    if (!inRange(at)) return [start, 0] as const;
    return gradientsOf(gradients, at).reduce<readonly [number, number]>(
      ([p, v], g) => {
        const next = momentum * v + g + weightDecay * p;
        return [p - lr * next, next];
      },
      [start, 0],
    );
  });
  expectClose(
    got.parameters,
    ends.map(([p]) => p),
  );
  expectClose(
    got.momentumBuffer,
    ends.map(([, v]) => v),
  );
});
