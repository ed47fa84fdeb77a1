import { describe, expect, it } from "vitest";
import { toStepRecords } from "../protocol/steps";
import { sha256 } from "../storage/sha256";
import { createTestLab } from "./testLab";
import { lastCheckpoint, STEPS_TOTAL, steps, train } from "./testRuns";
import { TEST_SETTINGS, TEST_SIZE } from "./testSample";

const fileOf = (bytes: ArrayBuffer) => new Blob([bytes]);

describe("trials", () => {
  it("are numbered in order, and a number is not given out again", async () => {
    const lab = createTestLab();
    const made = await Promise.all([lab.createTrial(), lab.createTrial(), lab.createTrial()]);
    expect(made.map(({ id }) => id).sort()).toEqual([1, 2, 3]);
    await lab.session.deleteTrial(3);
    expect((await lab.createTrial()).id).toBe(4);
    expect((await lab.session.listTrials()).map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  it("are gone when deleted, come back whole, and go with their checkpoints and sample once tidied away", async () => {
    const lab = createTestLab();
    for (const { id } of [await lab.createTrial(), await lab.createTrial()]) await train(lab, id);
    const untrained = await lab.createTrial();
    const checkpoints = () => [...lab.kept.map.keys()];
    const [before, steps, keys] = [(await lab.session.listTrials())[0], await lab.session.readSteps(1), checkpoints()];
    await lab.session.deleteTrial(1);
    expect((await lab.session.listTrials()).map(({ id }) => id)).toEqual([2, 3]);
    await expect(lab.session.exportWeights(1, "last")).rejects.toMatchObject({ code: "storageFailed" });
    await expect(lab.session.exportTrial(1)).rejects.toMatchObject({ code: "storageFailed" });

    expect(await lab.session.restoreTrial(1)).toEqual({ ...before, deletedAt: null });
    await lab.session.tidy();
    expect([await lab.session.readSteps(1), await lab.session.readSample(1), checkpoints()]).toEqual([steps, lab.sample, keys]);

    for (const id of [1, untrained.id]) await lab.session.deleteTrial(id);
    await lab.session.tidy();
    for (const id of [1, untrained.id]) {
      await expect(lab.session.restoreTrial(id)).rejects.toMatchObject({ code: "storageFailed" });
    }
    await expect(lab.session.readSample(untrained.id)).rejects.toMatchObject({ code: "storageFailed" });
    expect([...lab.kept.map.keys()].every((key) => key.startsWith("2/"))).toBe(true);
    await expect(lab.session.readSample(1)).rejects.toMatchObject({ code: "storageFailed" });
    expect(await lab.session.readSample(2)).toEqual(lab.sample);
  });

  it("keep what a person says of them, also while they are trained, in their file too", async () => {
    const lab = createTestLab();
    const { id, note, star } = await lab.createTrial();
    expect({ note, star }).toEqual({ note: "", star: false });
    const done = train(lab, id);
    await lab.session.annotateTrial(id, { note: "two\nlines" });
    await done;
    expect(await lab.session.annotateTrial(id, { star: true })).toMatchObject({ note: "two\nlines", star: true });
    expect((await lab.session.listTrials())[0]).toMatchObject({ note: "two\nlines", star: true, state: "finished" });
    expect(JSON.parse(await lab.session.exportTrial(id))).toMatchObject({ note: "two\nlines", star: true });
    const { file } = await lab.session.exportArchive(id);
    expect(await lab.session.importArchive(new File([file], "t.roentgen"))).toMatchObject({ note: "two\nlines", star: true });
  });

  it("begin from weights of other targets with another classifier, and say so", async () => {
    const lab = createTestLab(["Cardiomegaly", "No Finding"]);
    const { id } = await lab.createTrial();
    await train(lab, id);
    const next = await lab.createTrial({ target: "Edema", moreTargets: [] }, { kind: "trial", trialId: id, which: "last" });
    expect(next.beginning?.replaced).toBe("Classifier replaced: the weights tell 2 classes, 1 is learnt.");
    expect((await lastCheckpoint(lab, next.id)).model.get("classifier.bias")?.shape).toEqual([1]);
    expect(JSON.parse(await lab.session.exportTrial(next.id))).toMatchObject({ parent: "trial-1", beginning: next.beginning });
  });

  it("say of a file that is gone since it was chosen that it is to be chosen again", async () => {
    const lab = createTestLab();
    const gone = Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new DOMException("gone", "NotFoundError")) });
    await expect(lab.createTrial({}, { kind: "file", name: "w.pth", file: gone })).rejects.toThrow(
      /^w\.pth cannot be read any more/,
    );
  });

  it("begin from another trial's weights, or a file's, and keep them as the checkpoint of step 0", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    const { bytes } = await lab.session.exportWeights(id, "last");
    const { model } = await lastCheckpoint(lab, id);
    for (const weights of [
      { kind: "trial", trialId: id, which: "last" },
      { kind: "file", name: "w.safetensors", file: fileOf(bytes) },
    ] as const) {
      const next = await lab.createTrial({}, weights);
      const parent = weights.kind === "trial" ? "trial-1" : "w.safetensors";
      const beginning = { name: parent, imageSize: TEST_SIZE, sha256: await sha256(bytes), replaced: null };
      expect(next).toMatchObject({ parent, beginning, checkpoints: { last: { step: 0 }, best: null } });
      expect((await lastCheckpoint(lab, next.id)).model).toEqual(model);
      const first = steps(await train(lab, next.id))[0];
      expect(first?.step).toBe(0);
      expect(first?.loss).toBeLessThan((await lab.session.readSteps(id)).loss[0]!);
    }
    await expect(lab.createTrial({ arch: "densenet121" }, { kind: "trial", trialId: id, which: "last" })).rejects.toMatchObject({
      code: "weightsMismatch",
    });
  });

  it("are written out complete, the same text each time", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    const text = await lab.session.exportTrial(id);
    expect(await lab.session.exportTrial(id)).toBe(text);
    const file = JSON.parse(text);
    expect(file).toMatchObject({
      trial: "trial-1",
      parent: null,
      settings: TEST_SETTINGS,
      dataset: { csvSha256: "0" },
      sample: { kept: 29, setAside: 0, positives: 14.5, negatives: 14.5 },
      finder: null,
      schedule: { kind: "oneCycle", totalSteps: STEPS_TOTAL },
      seeds: { seed: TEST_SETTINGS.seed },
      versions: { lab: "test" },
    });
    expect(file.steps).toEqual(toStepRecords(await lab.session.readSteps(id)));
    expect(file.epochs).toHaveLength(3);
    expect(Object.keys(file.epochs[0])).toEqual([
      "epoch",
      "trainLoss",
      "validLoss",
      "accuracy",
      "auroc",
      "aurocInterval",
      "seconds",
    ]);
  });
});
