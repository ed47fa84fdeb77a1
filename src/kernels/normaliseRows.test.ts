// BatchNorm and dropout over rows, and their whole gradient, against their definition in float64 and finite differences.
import { expect, it } from "vitest";
import { dot, findGradient, findMoments, makeImages, mapImages, normaliseByBatch } from "../check/reference/float64";
import { drawNormals, expectClose, hold, holdEmpty, join, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { holdParts, planStripCalls } from "../check/reference/testNorms";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { NORM_EPSILON } from "./normalise";
import { normaliseRows, normaliseRowsGradient } from "./normaliseRows";
import { addNormSums, correctGradient } from "./normGradient";

openTestDevice();

it.each([
  { rows: 2, quads: 1, dropped: 0 },
  { rows: 9, quads: 5, dropped: 0.25 },
  { rows: 40, quads: 33, dropped: 0.5 },
])("$rows rows of $quads quads, $dropped dropped", async ({ rows, quads, dropped }) => {
  const random = createRandom(22, "drawn", rows);
  const channels = quads * 4;
  const x = makeImages({ images: rows, height: 1, width: 1, channels });
  x.data.set(drawNormals(random, x.data.length));
  const [gamma, beta] = [drawNormals(random, channels), drawNormals(random, channels)];
  const masks = Float64Array.from(x.data, () => Math.fround(random.float() < dropped ? 0 : 1 / (1 - dropped)));
  const slopes = drawNormals(random, x.data.length);
  const apply = () => mapImages(normaliseByBatch(x, gamma, beta, NORM_EPSILON), (one, _, at) => one * (masks[at] ?? Number.NaN));

  const { mean, variance } = findMoments(x);
  const deviations = variance.map((one) => 1 / Math.sqrt(one + NORM_EPSILON));
  const scales = gamma.map((one, channel) => one * (deviations[channel] ?? Number.NaN));
  const shifts = beta.map((one, channel) => one - (mean[channel] ?? Number.NaN) * (scales[channel] ?? Number.NaN));
  const norms = join({ scales, shifts });
  const statistics = join({ means: mean, deviations });
  const parameters = join({ gammas: gamma });
  const zeros = () => new Float64Array(channels);
  const gradients = join({ gammas: zeros(), betas: zeros() });
  const sums = join({ firsts: zeros(), seconds: zeros() });
  const seen = hold("f32", x.data, "rows");
  const mask = hold("f32", masks, "masks");
  const out = holdEmpty("f32", x.data.length);
  const gradient = hold("f32", slopes, "gradient");
  const columnParts = holdParts(2, quads);
  const { calls, parts } = planStripCalls([rows], 1, quads);
  const call = calls[0];
  if (!call) throw new Error("No call");
  const values = rows * quads;
  const read = { statistics: statistics.array, sums: sums.array };
  const got = await runDispatches(
    [
      dispatch(
        normaliseRows,
        { seen, norms: norms.array, masks: mask, out },
        { values, columnQuads: quads, ...norms.at },
        { threads: values },
      ),
      dispatch(
        normaliseRowsGradient,
        { seen, masks: mask, statistics: statistics.array, parameters: parameters.array, gradient, columnParts },
        { ...call.uniforms, ...statistics.at, ...parameters.at, seenStride: quads },
        { threads: call.threads },
      ),
      dispatch(
        addNormSums("invocation"),
        { columnParts, parameters: parameters.array, gradients: gradients.array, sums: sums.array },
        { quads, parts, gammas: parameters.at.gammas, betas: gradients.at.betas, ...sums.at, begin: 1, pixels: rows },
        { threads: quads },
      ),
      dispatch(
        correctGradient("f32"),
        { seen, ...read, gradient },
        { values, columnQuads: quads, stride: quads, firstQuad: 0, ...statistics.at, ...sums.at },
        { threads: values },
      ),
    ],
    { out, gradient, gradients: gradients.array },
  );
  expectClose(got.out, apply().data);
  const loss = () => dot(apply().data, slopes);
  // Of two rows BatchNorm leaves nothing but the sign: what is left of the gradient is next to nothing beside the slopes.
  const tolerance = rows > 2 ? 1e-5 : 1e-3;
  const entries = Array.from(x.data.keys()).filter((at) => at % (rows > 9 ? 97 : 1) === 0);
  expectClose(
    entries.map((at) => got.gradient[at] ?? Number.NaN),
    findGradient(loss, x.data, entries),
    tolerance,
  );
  const part = (first: number) => got.gradients.subarray(first * 4, first * 4 + channels);
  expectClose(part(gradients.at.gammas), findGradient(loss, gamma));
  expectClose(part(gradients.at.betas), findGradient(loss, beta));
  expect(masks.some((one) => one === 0)).toBe(dropped > 0);
});
