import { describe, expect, it } from "vitest";
import type { PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import { type Checkpoint, type CheckpointRecord, createCheckpointStore, sealCheckpoint, unsealCheckpoint } from "./checkpoints";
import { storageError } from "./keyValue";
import { createTestKeyValue } from "./testKeyValue";
import { createTrialStore } from "./trials";

/** A checkpoint after `step` steps of two an epoch, every array told apart by its step; `auroc` where it ends an epoch. */
function made(step: number, auroc: number | null = 0.5): Checkpoint {
  const epochs = Array.from({ length: Math.floor(step / 2) }, (_, epoch) => ({
    epoch,
    trainLoss: 0.1,
    validLoss: 1 - (auroc ?? 0.5) + epoch / 1000,
    accuracy: 0.5,
    auroc,
    seconds: 1 / 3,
  }));
  const column = (scale: number) => Float64Array.from({ length: step }, (_, i) => scale * (i + 0.1));
  return {
    step,
    model: new Map([
      ["a.weight", { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => step + i / 7) }],
      ["a.num_batches_tracked", { shape: [], data: Float32Array.of(step) }],
    ]),
    optimizer: new Map(step === 0 ? [] : [["exp_avg.a.weight", { shape: [2, 3], data: new Float32Array(6).fill(-step) }]]),
    optimizerSteps: step,
    average: new Map([["a.weight", { shape: [2, 3], data: new Float32Array(6).fill(step / 3) }]]),
    steps: {
      epoch: Uint32Array.from({ length: step }, (_, i) => Math.floor(i / 2)),
      loss: column(1),
      lr: column(1e-3),
      momentum: column(-1),
    },
    epochs,
    seconds: step / 3,
  };
}

async function createStores() {
  const kept = createTestKeyValue<CheckpointRecord>();
  const trialValues = createTestKeyValue<Trial>();
  const trials = createTrialStore({
    numbers: createTestKeyValue<number>(),
    trials: trialValues,
    samples: createTestKeyValue<PreparedSample>(),
  });
  const trial = { id: 1, settings: { target: "made" }, sample: { targets: [] }, checkpoints: { last: null, best: null } };
  await trialValues.write("1", trial as unknown as Trial);
  return { kept, trialValues, trials, checkpoints: createCheckpointStore(kept, trials) };
}

describe("a record", () => {
  it.each([0, 1, 5])("of %i steps holds everything, to the bit", async (step) => {
    const checkpoint = made(step);
    expect(await unsealCheckpoint(structuredClone(await sealCheckpoint(checkpoint)))).toEqual(checkpoint);
  });

  it("is refused after a change of any byte", async () => {
    const record = await sealCheckpoint(made(3));
    for (let at = 0; at < record.bytes.byteLength; at++) {
      const { bytes, ...rest } = structuredClone(record);
      new Uint8Array(bytes)[at]! ^= 0x10;
      expect(await unsealCheckpoint({ ...rest, bytes })).toBeNull();
    }
    expect(await unsealCheckpoint({ ...record, header: record.header.replace('"step":3', '"step":2') })).toBeNull();
    expect(await unsealCheckpoint({ ...record, bytes: record.bytes.slice(0, -4) })).toBeNull();
  });
});

it("leaves the trial a whole checkpoint, whichever write the crash comes before", async () => {
  let finished = false;
  for (let crashAt = 1; !finished; crashAt++) {
    const { kept, trialValues, trials, checkpoints } = await createStores();
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
    const after = await checkpoints.read(await trials.read(1), "last", () => expect.unreachable("a notice"));
    expect([made(3), made(4, 0.9)]).toContainEqual(after);
    expect(after?.step).toBe(finished || crashAt > 2 ? 4 : 3);
    // Whatever the crash left lying about goes with the next write.
    await checkpoints.write(1, made(5, 0.9));
    const { last, best } = (await trials.read(1)).checkpoints;
    expect(new Set(kept.map.keys())).toEqual(new Set([last?.key, best?.key]));
    if (finished) expect(crashAt).toBeGreaterThan(3);
  }
});

it("keeps the last and the best by AUROC, and only an epoch's end can be best", async () => {
  const { kept, trials, checkpoints } = await createStores();
  const stand = async () => {
    const { last, best } = (await trials.read(1)).checkpoints;
    return [last?.step, best?.step, kept.map.size];
  };
  await checkpoints.write(1, made(1));
  expect(await stand()).toEqual([1, undefined, 1]);
  await checkpoints.write(1, made(2, 0.8));
  expect(await stand()).toEqual([2, 2, 1]);
  await checkpoints.write(1, made(3, 0.99));
  expect(await stand()).toEqual([3, 2, 2]);
  await checkpoints.write(1, made(4, 0.7));
  expect(await stand()).toEqual([4, 2, 2]);
  await checkpoints.write(1, made(6, 0.9));
  expect(await stand()).toEqual([6, 6, 1]);
});

it("keeps the best by validation loss where there is no AUROC", async () => {
  const { trials, checkpoints } = await createStores();
  await checkpoints.write(1, made(2, null));
  await checkpoints.write(1, made(4, null));
  expect((await trials.read(1)).checkpoints.best?.step).toBe(2);
});

it("keeps the earlier checkpoint where the new one does not read back as written", async () => {
  const { kept, trials, checkpoints } = await createStores();
  await checkpoints.write(1, made(1));
  const { write } = kept;
  kept.write = (key, record) => write(key, { ...record, header: `${record.header} ` });
  await expect(checkpoints.write(1, made(2))).rejects.toMatchObject({ code: "storageFailed" });
  expect(await checkpoints.read(await trials.read(1), "last")).toEqual(made(1));
});

it("names a full storage as such, and passes LabErrors on", () => {
  expect(storageError(new DOMException("", "QuotaExceededError"))).toMatchObject({ code: "storageFull" });
  expect(storageError(new DOMException("no", "UnknownError"))).toMatchObject({ code: "storageFailed" });
  expect(storageError(new Error("odd"))).toBeInstanceOf(LabError);
});
