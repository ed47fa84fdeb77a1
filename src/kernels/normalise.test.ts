// BatchNorm's scale and shift and its running statistics against torch.nn.BatchNorm2d's definition in float64.
import { it } from "vitest";
import { drawNormals, expectClose, hold, join, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { checkNormalise, positive } from "../check/reference/testReductions";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { NORM_EPSILON, normaliseInference } from "./normalise";

openTestDevice();

it.each([
  { title: "all channels new", quads: 3, fresh: 0, parts: [5, 0, 7, 1], mean: 0 },
  { title: "a layer's new channels, after those that are known", quads: 19, fresh: 16, parts: [64, 64, 3], mean: 0 },
  { title: "means a thousand times the deviation", quads: 2, fresh: 0, parts: [300, 300, 300], mean: 1000 },
  { title: "none new", quads: 2, fresh: 2, parts: [9], mean: 0 },
  { title: "a single pixel", quads: 1, fresh: 0, parts: [0, 1], mean: 0 },
])("in training: $title", async (sizes) => {
  await checkNormalise("invocation", sizes);
});

it.each([1, 37])("in inference: %i quads", async (quads) => {
  const random = createRandom(quads, "drawn");
  const channels = quads * 4;
  const draw = () => drawNormals(random, channels);
  const given = { runningMeans: draw(), runningVariances: positive(draw()), gammas: draw(), betas: draw() };
  const parameters = join({ gammas: given.gammas, betas: given.betas });
  const running = join({ runningMeans: given.runningMeans, runningVariances: given.runningVariances });
  const norms = hold("f32", new Float64Array(2 * channels));
  const uniforms = { quads, ...parameters.at, ...running.at, scales: 0, shifts: quads };
  const bindings = { parameters: parameters.array, running: running.array, norms };
  const got = await runDispatches([dispatch(normaliseInference, bindings, uniforms, { threads: quads })], { norms });
  const scales = given.gammas.map((one, c) => one / Math.sqrt((given.runningVariances[c] ?? Number.NaN) + NORM_EPSILON));
  const shifts = given.betas.map((one, c) => one - (given.runningMeans[c] ?? Number.NaN) * (scales[c] ?? Number.NaN));
  expectClose(got.norms.subarray(0, channels), scales);
  expectClose(got.norms.subarray(channels), shifts);
});
