import { expect, it } from "vitest";
import { FASTAI_AUGMENTATION } from "../protocol/settings";
import type { EvaluateEvent } from "../protocol/training";
import { sigmoid } from "../statistics/logistic";
import { augmentView } from "./augment";
import { cutBatches, readBatches } from "./batches";
import { createTestEngine } from "./testEngine";
import { createTestLab, play } from "./testLab";
import { createTestSample, TEST_SIZE } from "./testSample";
import { validate, validateViews } from "./validate";

const signal = new AbortController().signal;
const settings = { ...FASTAI_AUGMENTATION, seed: 2 };

function open() {
  const { sample, read } = createTestSample(0, 7, ["a", "b"]);
  const source = { part: sample.valid, targets: sample.targets, imageSize: TEST_SIZE, read };
  return { engine: createTestEngine(TEST_SIZE ** 2, 1, 2), source };
}

it("draws the mean over the views a quarter of the way to the plain film's probability, as fastai's tta does", async () => {
  const { engine, source } = open();
  const films = Uint32Array.from(source.part.slots.keys());
  const views = await Promise.all(
    [0, 1, 2].map(async (view) => {
      const { value: batch } = await readBatches(source, [films], augmentView(settings, view)).next();
      return Array.from(await engine.predict(batch), sigmoid);
    }),
  );
  const plain = await validate(engine, source, 3, signal);
  const seen: [number, number][] = [];
  const got = await validateViews(engine, source, 3, { views: 3, settings }, signal, (done, total) => seen.push([done, total]));
  got!.logits.forEach((logit, at) => {
    const aug = views.reduce((sum, view) => sum + view[at]! / 3, 0);
    expect(sigmoid(logit)).toBeCloseTo(aug + 0.25 * (sigmoid(plain!.logits[at]!) - aug), 6);
  });
  expect(got!.logits).not.toEqual(plain!.logits);
  // Seven films, each plain and in three views, in batches of three.
  const batches = cutBatches(films, 3).length;
  expect(seen.map(([, total]) => total)).toEqual(Array(4 * batches).fill(28));
  expect(seen.map(([done]) => done).filter((done) => done % 7 === 0)).toEqual([7, 14, 21, 28]);
});

it("stays finite where a network is surer than a float can say", async () => {
  const { engine, source } = open();
  engine.predict = async ({ count }) => Float32Array.from({ length: 2 * count }, (_, at) => (at % 2 ? 200 : -900));
  const got = await validateViews(engine, source, 3, { views: 2, settings }, signal);
  expect([...got!.logits].every(Number.isFinite)).toBe(true);
  expect(Number.isFinite(got!.loss)).toBe(true);
});

it("evaluates a trial by its views the same each time, and says whose augmentation they were drawn by", async () => {
  const lab = createTestLab();
  const evaluate = async (views: number, change = {}) => {
    const request = { settings: { ...lab.settings, ...change }, sample: lab.sample, weights: { kind: "fresh" } as const, views };
    const last = (await play<EvaluateEvent>((port) => lab.session.evaluate(request, port))).at(-1);
    if (last?.type !== "finished") throw new Error(`ended in ${last?.type}`);
    return last.evaluation;
  };
  const [plain, four, own] = [await evaluate(0), await evaluate(4), await evaluate(4, { rotate: 45 })];
  expect([plain.views, four.views, own.views]).toEqual([
    null,
    { count: 4, augmentation: "fastai" },
    { count: 4, augmentation: "chosen" },
  ]);
  expect(await evaluate(4)).toEqual(four);
  expect(new Set([plain.loss, four.loss, own.loss]).size).toBe(3);
});
