import { describe, expect, it } from "vitest";
import { chooseWeights, sealCheckpoint, unsealCheckpoint, weightsOf } from "./checkpointRecord";
import { made } from "./madeCheckpoint";

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

it("gives a person the moving average where one is kept, else the model, and nothing to go on from", () => {
  const checkpoint = made(3);
  expect(chooseWeights(checkpoint)).toBe(checkpoint.average);
  expect(chooseWeights({ ...checkpoint, average: new Map() })).toBe(checkpoint.model);
  expect(weightsOf(checkpoint)).toMatchObject({ step: 3, model: checkpoint.average, optimizer: new Map(), optimizerSteps: 0 });
});
