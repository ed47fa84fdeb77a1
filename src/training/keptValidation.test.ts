import { expect, it } from "vitest";
import { FILM_KEY_BYTES } from "../protocol/dataset";
import { estimateAuroc } from "../statistics/delong";
import { unsealCheckpoint } from "../storage/checkpointRecord";
import { scoreLogits } from "./metrics";
import { commandAt, createTestLab } from "./testLab";
import { train } from "./testRuns";

it("is that of the last epoch and of the best, by the logits that their scores were counted from", async () => {
  const lab = createTestLab();
  lab.sample.valid.films = Uint8Array.from({ length: 7 * FILM_KEY_BYTES }, (_, at) => at);
  lab.sample.validFacts = { patients: Uint32Array.of(0, 0, 1, 2, 3, 4, 5), groups: [], blanks: new Uint8Array(7) };
  const { id } = await lab.createTrial();
  await train(lab, id);
  const [trial] = await lab.session.listTrials();
  for (const which of ["last", "best"] as const) {
    const kept = await lab.session.readValidation(id, which);
    const ref = trial!.checkpoints[which]!;
    expect(kept).toMatchObject({
      epoch: ref.epoch,
      targets: lab.sample.targets,
      labels: lab.sample.valid.labels,
      films: lab.sample.valid.films,
      patients: lab.sample.validFacts.patients,
      paths: lab.sample.validPaths,
      notice: null,
    });
    const { auroc, loss } = scoreLogits(kept!.logits, kept!.labels, kept!.targets);
    expect({ auroc, loss }).toEqual({ auroc: ref.auroc, loss: ref.validLoss });
    const { low, high } = estimateAuroc(kept!.logits, kept!.labels)!;
    expect([ref.aurocInterval, trial!.epochs[ref.epoch!]!.aurocInterval]).toEqual([
      { low, high },
      { low, high },
    ]);
  }
});

it("is kept of an epoch's end only, and of no weights that are kept for averaging", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ averageLast: 2 });
  await train(lab, id, commandAt(lab, 11, "stop"));
  expect(await lab.session.readValidation(id, "last")).toBeNull();
  expect((await lab.session.readValidation(id, "best"))?.logits).toHaveLength(7);
  const [trial] = await lab.session.listTrials();
  for (const { key } of trial!.checkpoints.epochs) {
    expect((await unsealCheckpoint(lab.kept.map.get(key)!))?.valid).toHaveLength(0);
  }
  const fresh = await lab.createTrial();
  expect(await lab.session.readValidation(fresh.id, "last")).toBeNull();
});

it("is read of a checkpoint once with the steps that led to it, and takes no weights along", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ keepBest: "validLoss" });
  await train(lab, id);
  const { last, best } = (await lab.session.listTrials())[0]!.checkpoints;
  const reads: string[] = [];
  const { read } = lab.kept;
  lab.kept.read = (key) => {
    reads.push(key);
    return read(key);
  };
  const steps = await lab.session.readSteps(id);
  const kept = await lab.session.readValidation(id, "last");
  expect(reads).toEqual([last?.key]);
  expect([steps.loss.length, steps.loss.buffer.byteLength, kept?.logits.buffer.byteLength]).toEqual([15, 15 * 8, 7 * 4]);
  await lab.session.readValidation(id, "best");
  expect(new Set(reads)).toEqual(new Set([last?.key, best?.key]));

  lab.kept.read = () => Promise.reject(new Error("not now"));
  const other = await lab.createTrial();
  await expect(lab.session.readSteps(id).then(() => lab.session.readValidation(id, "last"))).rejects.toThrow("not now");
  lab.kept.read = read;
  expect((await lab.session.readValidation(id, "last"))?.logits).toEqual(kept?.logits);
  expect(await lab.session.readValidation(other.id, "last")).toBeNull();
});

it("goes with the trial's file", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial();
  await train(lab, id);
  const { file } = await lab.session.exportArchive(id);
  const imported = await lab.session.importArchive(new File([file], "a.roentgen"));
  expect(await lab.session.readValidation(imported.id, "last")).toEqual(await lab.session.readValidation(id, "last"));
});

it("says so where another epoch's stands in for a damaged one", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ maxLr: 1e-9, keepBest: "auroc" });
  await train(lab, id);
  const { last, best } = (await lab.session.listTrials())[0]!.checkpoints;
  expect(best?.step).not.toBe(last?.step);
  new Uint8Array(lab.kept.map.get(best!.key)!.bytes)[8]! ^= 1;
  expect(await lab.session.readValidation(id, "best")).toMatchObject({ epoch: 2, notice: expect.stringContaining("damaged") });
});
