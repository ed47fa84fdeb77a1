import { expect, it } from "vitest";
import type { PreparedSample } from "../protocol/dataset";
import type { EvaluateEvent, WeightsChoice } from "../protocol/training";
import { packKeys } from "../storage/filmKeys";
import { createTestLab, play, type TestLab } from "./testLab";
import { train } from "./testRuns";

/** Keys of the things with these numbers. */
const keys = (...numbers: number[]) =>
  packKeys(numbers.map((number) => number.toString(16).padStart(64, "0").split("").reverse().join("")));
const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

/** Training films 100 to 121 and validation films 200 to 206, of patients 1 to 3 and 4. */
function createLabWithKeys(): TestLab {
  const lab = createTestLab();
  nameFilms(lab.sample, 100, [1, 2, 3]);
  return lab;
}

function nameFilms(sample: PreparedSample, first: number, patients: number[]): void {
  sample.train = { ...sample.train, films: keys(...range(first, sample.train.slots.length)) };
  sample.valid = { ...sample.valid, films: keys(...range(first + 100, sample.valid.slots.length)) };
  sample.patients = { train: keys(...patients), valid: keys(4) };
}

async function evaluate(lab: TestLab, weights: WeightsChoice, sample: PreparedSample) {
  const events = await play<EvaluateEvent>((port) =>
    lab.session.evaluate({ settings: lab.settings, sample, weights, views: 0 }, port),
  );
  const last = events.at(-1);
  if (last?.type !== "finished") throw new Error(`ended in ${last?.type}`);
  return last.evaluation.seen;
}

const weightsOf = (trialId: number) => ({ kind: "trial", trialId, which: "last" }) as const;

async function trainOne(lab: TestLab, from: WeightsChoice = { kind: "fresh" }): Promise<number> {
  const { id } = await lab.createTrial({}, from);
  await train(lab, id);
  return id;
}

/** Two films that the trial was trained on, one of its validation, and patients 2 and 9. */
function makeTestSet({ sample }: TestLab): PreparedSample {
  const films = keys(100, 121, 200, ...range(900, 4));
  return { ...sample, valid: { ...sample.valid, films }, patients: { train: keys(), valid: keys(2, 9) } };
}

it("counts films and patients that the trial was trained on, and none of its own validation", async () => {
  const lab = createLabWithKeys();
  const id = await trainOne(lab);
  expect(await evaluate(lab, weightsOf(id), lab.sample)).toEqual({ films: 0, patients: 0, unknown: null });
  expect(await evaluate(lab, weightsOf(id), makeTestSet(lab))).toEqual({ films: 2, patients: 1, unknown: null });
});

it("counts those of the trials that it began from, and says where one is gone", async () => {
  const lab = createLabWithKeys();
  const testSet = makeTestSet(lab);
  const first = await trainOne(lab);
  nameFilms(lab.sample, 300, [9]);
  const second = await trainOne(lab, weightsOf(first));
  expect(await evaluate(lab, weightsOf(second), testSet)).toEqual({ films: 2, patients: 2, unknown: null });
  await lab.session.deleteTrial(first);
  expect(await evaluate(lab, weightsOf(second), testSet)).toEqual({ films: 0, patients: 1, unknown: `trial-${first}` });
});

it("knows nothing of a file's films, nor of what an earlier version prepared", async () => {
  const lab = createLabWithKeys();
  const id = await trainOne(lab);
  const { bytes } = await lab.session.exportWeights(id, "last");
  const file = { kind: "file", name: "w.safetensors", file: new Blob([bytes]) } as const;
  expect(await evaluate(lab, file, makeTestSet(lab))).toEqual({ films: 0, patients: 0, unknown: "w.safetensors" });
  const { patients: _, ...before } = makeTestSet(lab);
  expect(await evaluate(lab, weightsOf(id), before)).toEqual({ films: 2, patients: 0, unknown: `trial-${id}` });
});
