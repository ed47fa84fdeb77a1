import { describe, expect, it } from "vitest";
import { chooseWeights, sealCheckpoint, unsealCheckpoint, weightsOf } from "./checkpointRecord";
import { made } from "./madeCheckpoint";
import { sha256 } from "./sha256";

describe("a record", () => {
  it.each([0, 1, 4, 5])("of %i steps holds everything, to the bit", async (step) => {
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

  it("of an earlier version, which kept no validation logits, is read as one without them", async () => {
    const checkpoint = { ...made(4), valid: new Float32Array() };
    const { header, bytes } = await sealCheckpoint(checkpoint);
    const earlier = header.replace('"valid":0,', "");
    expect(earlier).not.toBe(header);
    const headerSha256 = await sha256(new TextEncoder().encode(earlier));
    expect(await unsealCheckpoint({ header: earlier, headerSha256, bytes })).toEqual(checkpoint);
  });

  it.each([
    ["is no JSON", () => "{"],
    ["names more than there is", (header: string) => header.replace('"step":3', '"step":4')],
    ["has arrays of other lengths than their shapes", (header: string) => header.replace('"shape":[2,3]', '"shape":[2,4]')],
    ["names more validation logits than there are", (header: string) => header.replace('"valid":0', '"valid":1')],
    ["scales the loss by less than one", (header: string) => header.replace('"scale":8', '"scale":0.5')],
    ["lacks the arrays", (header: string) => header.replace('"model":', '"other":')],
  ])("is refused where its header %s, though its sum is right", async (_, change) => {
    const { header, bytes } = await sealCheckpoint(made(3));
    const changed = change(header);
    const headerSha256 = await sha256(new TextEncoder().encode(changed));
    expect(await unsealCheckpoint({ header: changed, headerSha256, bytes })).toBeNull();
  });
});

it("gives a person the moving average where one is kept, else the model, and nothing to go on from", () => {
  const checkpoint = made(3);
  expect(chooseWeights(checkpoint)).toBe(checkpoint.average);
  expect(chooseWeights({ ...checkpoint, average: new Map() })).toBe(checkpoint.model);
  expect(weightsOf(checkpoint)).toMatchObject({ step: 3, model: checkpoint.average, optimizer: new Map(), optimizerSteps: 0 });
  expect(weightsOf(made(4)).valid).toHaveLength(0);
});
