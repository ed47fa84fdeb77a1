import { expect, it } from "vitest";
import type { Course } from "../protocol/again";
import type { PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import { listKept } from "../protocol/storage";
import type { Trial } from "../protocol/training";
import { type CheckpointRecord, unsealCheckpoint, weightsOf } from "./checkpointRecord";
import { createCheckpointStore } from "./checkpoints";
import { storageError } from "./keyValue";
import { made } from "./madeCheckpoint";
import { createTestKeyValue } from "./testKeyValue";
import { createTrialStore } from "./trials";

async function createStores(settings: Partial<TrialSettings> = {}) {
  const kept = createTestKeyValue<CheckpointRecord>();
  const trialValues = createTestKeyValue<Trial>();
  const trials = createTrialStore({
    numbers: createTestKeyValue<number>(),
    trials: trialValues,
    samples: createTestKeyValue<PreparedSample>(),
    courses: createTestKeyValue<Course>(),
  });
  const none = { last: null, previous: null, best: null, epochs: [] };
  const trial = { id: 1, settings: { target: "made", ...settings }, sample: { targets: [] }, epochs: [], checkpoints: none };
  await trialValues.write("1", trial as unknown as Trial);
  const checkpoints = createCheckpointStore(kept, trials);
  const stand = async () => {
    const { last, previous, best, epochs } = (await trials.read(1)).checkpoints;
    return [last?.step, previous?.step, best?.step, epochs.map(({ step }) => step), kept.map.size];
  };
  return { kept, trialValues, trials, checkpoints, stand };
}

it("leaves the trial whole checkpoints, whichever write the crash comes before", async () => {
  let finished = false;
  for (let crashAt = 1; !finished; crashAt++) {
    const { kept, trialValues, trials, checkpoints } = await createStores({ averageLast: 1 });
    await checkpoints.write(1, made(2));
    await checkpoints.write(1, made(3));
    let writes = 0;
    const crash = () => {
      if (++writes >= crashAt) throw new Error("crash");
    };
    kept.beforeWrite = crash;
    trialValues.beforeWrite = crash;
    finished = await checkpoints.write(1, made(4, 0.9)).then(
      () => true,
      () => false,
    );
    kept.beforeWrite = () => {};
    trialValues.beforeWrite = () => {};
    const trial = await trials.read(1);
    const after = await checkpoints.read(trial, "last", () => expect.unreachable("a notice"));
    expect([made(3), made(4, 0.9)]).toContainEqual(after);
    expect(after?.step).toBe(finished || crashAt > 3 ? 4 : 3);
    for (const ref of listKept(trial.checkpoints)) expect(await unsealCheckpoint(kept.map.get(ref.key)!)).not.toBeNull();
    // Whatever the crash left lying about goes with the next write.
    await checkpoints.write(1, made(5, 0.9));
    const refs = listKept((await trials.read(1)).checkpoints);
    expect(new Set(kept.map.keys())).toEqual(new Set(refs.map(({ key }) => key)));
    if (finished) expect(crashAt).toBeGreaterThan(4);
  }
});

it("keeps the last, the one before and the best by AUROC, and only an epoch's end can be best", async () => {
  const { checkpoints, stand } = await createStores();
  await checkpoints.write(1, made(1));
  expect(await stand()).toEqual([1, undefined, undefined, [], 1]);
  await checkpoints.write(1, made(2, 0.8));
  expect(await stand()).toEqual([2, 1, 2, [], 2]);
  await checkpoints.write(1, made(3, 0.99));
  expect(await stand()).toEqual([3, 2, 2, [], 2]);
  await checkpoints.write(1, made(4, 0.7));
  expect(await stand()).toEqual([4, 3, 2, [], 3]);
  await checkpoints.write(1, made(6, 0.9));
  expect(await stand()).toEqual([6, 4, 6, [], 2]);
});

it("keeps the best by the metric that the trial names", async () => {
  const { checkpoints, stand } = await createStores({ keepBest: "validLoss" });
  for (const [step, auroc] of [
    [2, 0.8],
    [4, 0.9],
    [6, 0.85],
  ] as const) {
    const checkpoint = made(step, auroc);
    checkpoint.epochs.at(-1)!.validLoss = 1 / step;
    await checkpoints.write(1, checkpoint);
  }
  expect((await stand())[2]).toBe(6);
});

it("keeps the weights of the last epochs for their average, without moments", async () => {
  const { checkpoints, trials, kept, stand } = await createStores({ averageLast: 2 });
  for (const step of [1, 2, 4, 5, 6, 7]) await checkpoints.write(1, made(step));
  expect(await stand()).toEqual([7, 6, 2, [4, 6], 5]);
  const trial = await trials.read(1);
  const read = async () => {
    const weights = [];
    for await (const each of checkpoints.readEpochs(trial, (notice) => notices.push(notice))) weights.push(each);
    return weights;
  };
  const notices: string[] = [];
  expect(await read()).toEqual([weightsOf(made(4)), weightsOf(made(6))]);
  new Uint8Array(kept.map.get(trial.checkpoints.epochs[0]!.key)!.bytes)[9]! ^= 1;
  expect((await read()).map(({ step }) => step)).toEqual([6]);
  expect(notices).toEqual([expect.stringContaining("step 4")]);
});

it("keeps an epoch's weights once, where a run took it again", async () => {
  const { checkpoints, stand } = await createStores({ averageLast: 3 });
  for (const step of [2, 4, 3, 4]) await checkpoints.write(1, made(step));
  expect((await stand())[3]).toEqual([2, 4]);
});

it("keeps nothing for the sake of a checkpoint that was found damaged", async () => {
  const { checkpoints, trials, kept, stand } = await createStores();
  for (const step of [1, 2, 3]) await checkpoints.write(1, made(step));
  const trial = await trials.read(1);
  new Uint8Array(kept.map.get(trial.checkpoints.last!.key)!.bytes)[9]! ^= 1;
  const notices: string[] = [];
  expect((await checkpoints.read(trial, "last", (notice) => notices.push(notice)))?.step).toBe(2);
  expect(notices).toEqual([expect.stringContaining("step 3 is damaged; the one at step 2")]);
  await checkpoints.write(1, made(3));
  expect(await stand()).toEqual([3, 2, 2, [], 2]);
});

it("gives up a last checkpoint that turned out bad for the one before it, and nothing where that is not whole", async () => {
  const { checkpoints, trials, kept, stand } = await createStores({ averageLast: 3 });
  for (const step of [2, 3, 4]) await checkpoints.write(1, made(step, step / 10));
  expect(await stand()).toEqual([4, 3, 4, [2, 4], 4]);
  expect(await checkpoints.rollBack(1)).toEqual((await trials.read(1)).checkpoints);
  expect(await stand()).toEqual([3, undefined, undefined, [2], 2]);
  expect(await trials.read(1)).toMatchObject({
    stepsDone: 3,
    epochs: made(3).epochs.map(({ epoch }) => ({ epoch })),
    seconds: 1,
  });

  await checkpoints.write(1, made(5));
  const { previous } = (await trials.read(1)).checkpoints;
  new Uint8Array(kept.map.get(previous!.key)!.bytes)[9]! ^= 1;
  await checkpoints.rollBack(1);
  expect((await stand())[0]).toBe(5);
});

it("reads what trials kept before there were more checkpoints than two", async () => {
  const { checkpoints, trials, trialValues } = await createStores();
  await checkpoints.write(1, made(2, 0.8));
  const { epoch, accuracy, ...ref } = (await trials.read(1)).checkpoints.last!;
  await trialValues.change("1", (trial) => ({ ...trial!, checkpoints: { last: ref, best: ref } as Trial["checkpoints"] }));
  const whole = { ...ref, epoch, accuracy };
  expect((await trials.read(1)).checkpoints).toEqual({ last: whole, previous: null, best: whole, epochs: [] });
});

it("keeps the earlier checkpoint where the new one does not read back as written", async () => {
  const { kept, trials, checkpoints } = await createStores();
  await checkpoints.write(1, made(1));
  const { write } = kept;
  kept.write = (key, record) => write(key, { ...record, header: `${record.header} ` });
  await expect(checkpoints.write(1, made(2))).rejects.toMatchObject({ code: "storageFailed" });
  expect(await checkpoints.read(await trials.read(1), "last")).toEqual(made(1));
});

it("gives back the room of what was written before storage ran full", async () => {
  const { kept, trials, checkpoints } = await createStores({ averageLast: 1 });
  for (const step of [2, 3]) await checkpoints.write(1, made(step));
  const before = [...kept.map.keys()];
  let writes = 0;
  kept.beforeWrite = (operation) => {
    if (operation === "write" && ++writes === 2) throw new LabError("storageFull", "full");
  };
  await expect(checkpoints.write(1, made(4))).rejects.toMatchObject({ code: "storageFull" });
  expect([...kept.map.keys()]).toEqual(before);
  expect((await trials.read(1)).checkpoints.last?.step).toBe(3);
});

it("names a full storage as such, and passes LabErrors on", () => {
  expect(storageError(new DOMException("", "QuotaExceededError"))).toMatchObject({ code: "storageFull" });
  expect(storageError(new DOMException("no", "UnknownError"))).toMatchObject({ code: "storageFailed" });
  expect(storageError(new Error("odd"))).toBeInstanceOf(LabError);
});
