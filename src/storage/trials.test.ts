import { expect, it } from "vitest";
import type { Course } from "../protocol/again";
import type { PreparedSample } from "../protocol/dataset";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { Trial } from "../protocol/training";
import { createTestKeyValue } from "./testKeyValue";
import { createTrialStore } from "./trials";

function openStore() {
  const store = createTrialStore({
    numbers: createTestKeyValue<number>(),
    trials: createTestKeyValue<Trial>(),
    samples: createTestKeyValue<PreparedSample>(),
    courses: createTestKeyValue<Course>(),
  });
  const addNext = async (trial: unknown, sample: unknown) => {
    const id = await store.reserve();
    await store.add({ ...(trial as Trial), id }, sample as PreparedSample);
    return { id };
  };
  return { ...store, addNext };
}

/** As every trial has them, before it is trained. */
const UNTRAINED = { epochs: [], checkpoints: { last: null, best: null } };

/** As much of a sample's summary as is looked at, before it named its targets. */
const SUMMARY = {
  before: { positives: 5, negatives: 50 },
  train: { positives: 3, negatives: 9 },
  valid: { positives: 1, negatives: 2 },
  positiveWeight: 3,
};

it("reads a trial that was kept before there were engines as one of the plain model, which it was", async () => {
  const { engine, activations, filmsPerPass, gpuBudgetMiB, ...before } = DEFAULT_SETTINGS;
  expect(engine).toBe("fused");
  const store = openStore();
  const { id } = await store.addNext({ settings: before, sample: SUMMARY, ...UNTRAINED }, {});
  const old = { ...before, engine: "stock", activations, filmsPerPass, gpuBudgetMiB };
  expect((await store.read(id)).settings).toEqual(old);
  expect((await store.list())[0]?.settings).toEqual(old);
  expect((await store.patch(id, { state: "running" })).settings).toEqual(old);
  const { arithmetic, subgroups, ...settings } = { ...DEFAULT_SETTINGS, filmsPerPass: 4 };
  const newer = await store.addNext({ settings, sample: SUMMARY, ...UNTRAINED }, {});
  expect((await store.read(newer.id)).settings).toEqual({ ...settings, arithmetic: "f32", subgroups: false });
});

it("reads a finder's curve that was kept before finders were repeated", async () => {
  const store = openStore();
  const finder = { lrs: [1], losses: [2], smoothed: [3], suggestions: { steepest: 1, minimumOver10: null }, chosen: 1 };
  const trial = { settings: DEFAULT_SETTINGS, sample: SUMMARY, finder, ...UNTRAINED };
  const { id } = await store.addNext(trial, {});
  const suggestions = { steepest: 1, minimumOver10: null, valley: null, slide: null, steep: null };
  expect((await store.read(id)).finder).toEqual({ ...finder, suggestions, runs: [], chosenAt: null });
});

it("reads a trial and a sample that were kept before several targets could be learnt as those of one", async () => {
  const { moreTargets, ...before } = DEFAULT_SETTINGS;
  const store = openStore();
  const part = { slots: Uint32Array.of(4), labels: Uint8Array.of(1) };
  const sample = { store: "s", imageSize: 64, train: part, valid: part, validPaths: ["a"], summary: SUMMARY };
  const { id } = await store.addNext({ settings: before, sample: SUMMARY, ...UNTRAINED }, sample);
  const [train, valid] = [SUMMARY.train, SUMMARY.valid].map((counts) => ({ ...counts, unknown: 0 }));
  const { positives, negatives } = SUMMARY.before;
  const targets = [{ target: before.target, before: { positives, negatives, unknown: 0 }, train, valid, positiveWeight: 3 }];
  const trial = await store.read(id);
  expect([trial.settings.moreTargets, trial.sample.targets]).toEqual([moreTargets, targets]);
  expect(await store.readSample(id)).toMatchObject({ targets: [before.target], train: part, summary: { targets } });

  const two = { targets: [...targets, ...targets] };
  const newer = await store.addNext(
    { settings: DEFAULT_SETTINGS, sample: { ...SUMMARY, ...two }, ...UNTRAINED },
    { ...sample, targets: ["a", "b"], summary: { ...SUMMARY, ...two } },
  );
  expect((await store.read(newer.id)).sample.targets).toHaveLength(2);
  expect(await store.readSample(newer.id)).toMatchObject({ targets: ["a", "b"], summary: two });
});

it("reads a trial that was kept before there were notes as one without", async () => {
  const store = openStore();
  const { id } = await store.addNext({ settings: DEFAULT_SETTINGS, sample: SUMMARY, ...UNTRAINED }, {});
  expect(await store.read(id)).toMatchObject({ note: "", star: false });
  expect(await store.patch(id, { note: "n" })).toMatchObject({ note: "n", star: false });
});

it("hides a deleted trial, and names it among what is to be removed until it is restored", async () => {
  const store = openStore();
  const ids: number[] = [];
  for (let count = 0; count < 2; count++) {
    ids.push((await store.addNext({ settings: DEFAULT_SETTINGS, sample: SUMMARY, ...UNTRAINED }, {})).id);
  }
  const [first = 0, second = 0] = ids;
  await store.patch(first, { deletedAt: "2019-06-01T00:00:00Z" });
  expect([(await store.list()).map(({ id }) => id), await store.listStray()]).toEqual([[second], [first]]);
  expect([await store.listNumbers(), (await store.list([9, second, first])).map(({ id }) => id)]).toEqual([ids, [second]]);
  expect([await store.has(first), await store.has(second), await store.has(9)]).toEqual([false, true, false]);
  await expect(store.read(first)).rejects.toMatchObject({ code: "storageFailed" });
  await store.patch(first, { deletedAt: null });
  expect([(await store.list()).map(({ id }) => id), await store.listStray()]).toEqual([ids, []]);
  expect(await store.read(first)).toMatchObject({ id: first });
});

it("gives each number once, keeps a trial whole, and finds what was left of one that was not", async () => {
  const store = openStore();
  const first = await store.addNext({ settings: DEFAULT_SETTINGS, sample: SUMMARY, ...UNTRAINED }, {});
  const never = await store.reserve();
  await store.remove(first.id);
  expect(never).toBe(first.id + 1);
  expect(await store.reserve()).toBe(never + 1);
  expect(await store.listStray()).toEqual([]);

  const samples = createTestKeyValue<PreparedSample>();
  const trials = createTestKeyValue<Trial>();
  const courses = createTestKeyValue<Course>();
  const crashing = createTrialStore({ numbers: createTestKeyValue<number>(), trials, samples, courses });
  trials.beforeWrite = () => {
    throw new Error("crash");
  };
  await expect(crashing.add({ id: 1 } as Trial, {} as PreparedSample)).rejects.toThrow("crash");
  samples.beforeWrite = trials.beforeWrite;
  const course = { losses: Float64Array.of(1), epochs: [] };
  await expect(crashing.add({ id: 2 } as Trial, {} as PreparedSample, course)).rejects.toThrow("crash");
  expect([await crashing.list(), await crashing.listStray()]).toEqual([[], [1, 2]]);
});
