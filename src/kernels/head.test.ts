// The head: pooling, classifier, loss and their gradients against their definitions in float64, the gradients also against finite
// differences.
import { describe, expect, it } from "vitest";
import { activate, dot, findGradient, type Images, makeImages, mapImages } from "../check/reference/float64";
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
import {
  checkNormDifferences,
  checkNormGradient,
  drawNorm,
  drawSeen,
  runNormGradient,
  SPARE,
  spread,
} from "../check/reference/testNorms";
import focal from "../nn/golden/focal.json";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { headLoss, headPool, headPoolGradient, type LossKind } from "./head";

openTestDevice();

const of = (array: ArrayLike<number>, at: number) => array[at] ?? Number.NaN;

/** The mean over each image, [images, channels]. */
function poolImages(x: Images): Float64Array {
  const pooled = new Float64Array(x.images * x.channels);
  const pixels = x.height * x.width;
  x.data.forEach((one, at) => {
    const image = Math.floor(at / (pixels * x.channels));
    const place = image * x.channels + (at % x.channels);
    pooled[place] = of(pooled, place) + one / pixels;
  });
  return pooled;
}

/** [images, classes] of pooled [images, channels] and weights [channels, classes]. */
function classify(pooled: ArrayLike<number>, weights: ArrayLike<number>, biases: ArrayLike<number>): Float64Array {
  const classes = biases.length;
  const channels = weights.length / classes;
  return Float64Array.from({ length: (pooled.length / channels) * classes }, (_, at) => {
    let sum = of(biases, at % classes);
    for (let c = 0; c < channels; c++) {
      sum += of(pooled, Math.floor(at / classes) * channels + c) * of(weights, c * classes + (at % classes));
    }
    return sum;
  });
}

const UNKNOWN = -1;
/** torch.nn.BCEWithLogitsLoss of one logit; nothing where the target is unknown. */
const bce = (z: number, target: number, positiveWeight: number) =>
  target < 0 ? 0 : positiveWeight * target * softplus(-z) + (1 - target) * softplus(z);
const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** What plain cross-entropy does not read. */
const UNFOCUSED = { gamma: 0, alpha: -1 };

const CASES = [
  { title: "one film of one pixel", slices: [1], side: 1, quads: 2, classes: 1 },
  { title: "one film, many classes", slices: [1], side: 3, quads: 5, classes: 14 },
  { title: "a batch in slices", slices: [2, 1], side: 3, quads: 17, classes: 3 },
];

describe.each(["f32", "f16"] as const)("activations in %s", (storage) => {
  describe.each(CASES)("$title", ({ slices, side, quads, classes }) => {
    const random = createRandom(11, "drawn", side, quads);
    const images = slices.reduce((sum, films) => sum + films, 0);
    const channels = quads * 4;
    const norm = drawNorm(random, channels);
    const x = drawSeen(random, { images, height: side, width: side, channels }, norm, storage);
    const weights = drawNormals(random, channels * classes);
    const slopes = drawNormals(random, images * classes);

    it("pools", async () => {
      const norms = join({ scales: norm.scale, shifts: norm.shift });
      const values = images * quads;
      const pooled = holdEmpty("f32", values * 4);
      const bindings = { seen: hold(storage, spread(x, quads + SPARE, 0)), norms: norms.array, pooled };
      const uniforms = { ...norms.at, values, columnQuads: quads, pixels: side * side, seenStride: quads + SPARE };
      const got = await runDispatches([dispatch(headPool(storage), bindings, uniforms, { threads: values })], { pooled });
      expectClose(got.pooled, poolImages(activate(x, norm.scale, norm.shift)));
    });

    it("gives the gradient to what it pooled", async () => {
      const outcome = hold("scalar", [UNTOUCHED, ...slopes], "outcome");
      const got = await runNormGradient(
        headPoolGradient(storage),
        { x, norm },
        {
          slices,
          seen: storage,
          outSpare: SPARE,
          weights,
          more: (slice, from) => ({
            bindings: { classifier: hold("scalar", [...new Float64Array(from * 4), ...weights]), slopes: outcome },
            uniforms: {
              pixels: side * side,
              classes,
              slopesFirst: 1 + slices.slice(0, slice).reduce((sum, films) => sum + films * classes, 0),
              weights: from * 4,
            },
          }),
        },
      );
      const behind = mapImages(x, (_, channel, at) => {
        const image = Math.floor(at / (side * side * channels));
        const rows = Array.from(
          { length: classes },
          (_, k) => of(slopes, image * classes + k) * of(weights, channel * classes + k),
        );
        return rows.reduce((sum, one) => sum + one, 0) / (side * side);
      });
      checkNormGradient(got, { x, norm }, behind);
      const biases = new Float64Array(classes);
      checkNormDifferences(got, { x, norm }, (seen) => dot(classify(poolImages(seen), weights, biases), slopes));
    });
  });
});

describe("the classifier and its loss", () => {
  it.each([
    { images: 1, channels: 4, classes: 1, unknown: 0 },
    { images: 3, channels: 68, classes: 14, unknown: 0 },
    { images: 3, channels: 68, classes: 14, unknown: 0.4 },
    { images: 2, channels: 4, classes: 3, unknown: 1 },
  ])("$images films, $channels channels, $classes classes, unknown $unknown", async ({ images, channels, classes, unknown }) => {
    const random = createRandom(12, "drawn", images);
    const pooled = drawNormals(random, images * channels);
    const [weights, biases] = [drawNormals(random, channels * classes), drawNormals(random, classes)];
    const targets = Float64Array.from({ length: images * classes }, () => Math.fround(random.float()));
    for (const at of targets.keys()) if (random.float() < unknown) targets[at] = UNKNOWN;
    const positiveWeights = Float64Array.from({ length: classes }, (_, k) => (classes === 1 ? 1 : 0.5 + k));
    const outFirst = 2;
    const stride = images * classes + outFirst;
    const out = holdEmpty("scalar", 3 * stride);
    const elements = 2 * images * classes;
    const places = { weights: 1, biases: 1 + weights.length, outFirst, stride, targetsEnd: stride };
    const uniforms = { values: images * classes, channels, classes, ...places, ...UNFOCUSED };
    const bindings = {
      pooled: hold("scalar", pooled),
      parameters: hold("scalar", [UNTOUCHED, ...weights, ...biases]),
      targets: hold("scalar", [UNTOUCHED, UNTOUCHED, ...targets, elements, ...positiveWeights]),
      out,
    };
    const one = dispatch(headLoss("bce"), bindings, uniforms, { threads: images * classes });
    const got = await runDispatches([one], { out });
    const part = (index: number) => got.out.subarray(index * stride + outFirst, (index + 1) * stride);
    const logits = classify(pooled, weights, biases);
    expectClose(part(0), logits);
    const lossOf = (values: Float64Array) => values.map((z, at) => bce(z, of(targets, at), of(positiveWeights, at % classes)));
    expectClose(part(1), lossOf(logits));
    const mean = () => lossOf(logits).reduce((sum, value) => sum + value / elements, 0);
    expectClose(part(2), findGradient(mean, logits));
    expect(
      [0, 1, 2].every((index) => got.out.subarray(index * stride, index * stride + outFirst).every((v) => v === UNTOUCHED)),
    ).toBe(true);
  });

  it.each(focal.cases)("equals torch's and torchvision's, gradients too: $title, targets $targets", async (expected) => {
    const known = expected.targets.flat().filter((target) => target >= 0).length;
    const [losses, slopes]: [number[], number[]] = [[], []];
    // One channel of 1 and no weights: the biases are the logits, a film at a time.
    for (const [image, logits] of expected.logits.entries()) {
      const targets = expected.targets[image] ?? [];
      const classes = logits.length;
      const out = holdEmpty("scalar", 3 * classes);
      const bindings = {
        pooled: hold("scalar", [1]),
        parameters: hold("scalar", [...Array(classes).fill(0), ...logits]),
        targets: hold("scalar", [...targets, known, ...expected.positiveWeights]),
        out,
      };
      const places = { weights: 0, biases: classes, outFirst: 0, stride: classes, targetsEnd: classes };
      const shape = expected.focal ? { gamma: expected.focal.gamma, alpha: expected.focal.alpha ?? -1 } : UNFOCUSED;
      const uniforms = { values: classes, channels: 1, classes, ...places, ...shape };
      const one = dispatch(headLoss(expected.focal ? "focal" : "bce"), bindings, uniforms, { threads: classes });
      const got = await runDispatches([one], { out });
      losses.push(...got.out.subarray(classes, 2 * classes));
      slopes.push(...got.out.subarray(2 * classes));
    }
    expectClose(slopes, expected.gradient);
    expectClose([losses.reduce((sum, loss) => sum + loss / known, 0)], [expected.loss]);
  });

  const LARGE = [-3e4, -200, -90, -20, -1e-3, 0, 1e-3, 20, 90, 200, 3e4];

  /** Losses and their gradients by logits, of one class whose positive weight is 2. */
  async function loseEach(kind: LossKind, target: number, shape: typeof UNFOCUSED) {
    const images = LARGE.length;
    const out = holdEmpty("scalar", 3 * images);
    const bindings = {
      pooled: hold("scalar", LARGE),
      parameters: hold("scalar", [1, 0]),
      targets: hold("scalar", [...Array(images).fill(target), 1, 2]),
      out,
    };
    const sizes = { values: images, channels: 1, classes: 1, ...shape };
    const uniforms = { ...sizes, weights: 0, biases: 1, outFirst: 0, stride: images, targetsEnd: images };
    const got = await runDispatches([dispatch(headLoss(kind), bindings, uniforms, { threads: images })], { out });
    return { losses: got.out.subarray(images, 2 * images), slopes: got.out.subarray(2 * images) };
  }

  it.each([0, 1, UNKNOWN])("stays finite and right for logits of any size, target %i", async (target) => {
    const { losses, slopes } = await loseEach("bce", target, UNFOCUSED);
    LARGE.forEach((z, at) => {
      const slope = { 1: -2 / (1 + Math.exp(z)), 0: 1 / (1 + Math.exp(-z)) }[target] ?? 0;
      expect(Math.abs(of(losses, at) - bce(z, target, 2))).toBeLessThan(1e-6 + 1e-6 * Math.abs(z));
      expect(Math.abs(of(slopes, at) - slope)).toBeLessThan(1e-6);
    });
  });

  it.each([
    [0, 0],
    [1, 0.5],
    [0, 2],
    [1, 5],
    [0.5, 2],
    [UNKNOWN, 2],
  ])("stays finite and right in focal loss too, target %d, gamma %d", async (target, gamma) => {
    const { losses, slopes } = await loseEach("focal", target, { gamma, alpha: -1 });
    LARGE.forEach((z, at) => {
      const ofPositive = bce(z, 1, 2) / (1 + Math.exp(z)) ** gamma;
      const ofNegative = bce(z, 0, 2) / (1 + Math.exp(-z)) ** gamma;
      const loss = target * ofPositive + (1 - target) * ofNegative;
      expect(Math.abs(of(losses, at) - (target < 0 ? 0 : loss))).toBeLessThan(1e-6 + 1e-5 * Math.abs(z));
      expect(Number.isFinite(of(slopes, at))).toBe(true);
      if (target < 0) expect(of(slopes, at)).toBe(0);
    });
  });
});

it("pools and classifies as the reference in this file says by hand", () => {
  const x = makeImages({ images: 2, height: 1, width: 2, channels: 1 }, (at) => at);
  expect([...poolImages(x)]).toEqual([0.5, 2.5]);
  expect([...classify([1, 2], [3, 4, 5, 6], [7, 8])]).toEqual([20, 24]);
});
