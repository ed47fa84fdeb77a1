import { expect, it } from "vitest";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import type { Trial } from "../protocol/training";
import { type Checkpoint, weightsOf } from "../storage/checkpointRecord";
import type { CheckpointStore } from "../storage/checkpoints";
import { made } from "../storage/madeCheckpoint";
import { readKeptWeights } from "./keptWeights";

const trialWith = (averageDecay: number) => ({ id: 27, settings: { ...DEFAULT_SETTINGS, averageDecay } }) as Trial;

function storeOf({
  last,
  epochs = [],
}: {
  last?: Checkpoint;
  epochs?: Checkpoint[];
}): Pick<CheckpointStore, "read" | "readEpochs"> {
  return {
    read: async () => last ?? null,
    readEpochs: async function* () {
      yield* epochs.map(weightsOf);
    },
  };
}

it("takes the moving average of a checkpoint where one is kept, else its model, and says of what step they are", async () => {
  const last = made(5);
  const averaged = await readKeptWeights(storeOf({ last }), trialWith(0.99), "last");
  expect(averaged.model).toBe(last.average);
  expect(averaged.origin).toEqual({ trial: "trial-27", weights: "last", step: "5", epoch: "2", movingAverage: "0.99" });
  const plain = { ...last, average: new Map() };
  const { model, origin } = await readKeptWeights(storeOf({ last: plain }), trialWith(0), "best");
  expect([model, origin.weights, origin.movingAverage]).toEqual([last.model, "best", undefined]);
});

it("averages what the last epochs would each be taken as, and names them", async () => {
  const plain = (step: number): Checkpoint => ({ ...made(step), average: new Map() });
  const { model, origin } = await readKeptWeights(storeOf({ epochs: [plain(2), plain(6)] }), trialWith(0), "average");
  expect(model.get("a.weight")?.data[0]).toBe(4);
  expect(model.get("a.num_batches_tracked")?.data[0]).toBe(6);
  expect(origin).toEqual({ trial: "trial-27", weights: "average", step: "6", epoch: "3", averagedEpochs: "[1,3]" });
  const moving = await readKeptWeights(storeOf({ epochs: [made(3), made(6)] }), trialWith(0.9), "average");
  expect(moving.model.get("a.weight")?.data[0]).toBe(1.5);
});

it("says so where there are none", async () => {
  for (const which of ["last", "average"] as const) {
    await expect(readKeptWeights(storeOf({}), trialWith(0), which)).rejects.toMatchObject({
      code: "weightsUnreadable",
      at: "trial-27",
    });
  }
});
