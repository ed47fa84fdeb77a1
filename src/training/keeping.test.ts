import { beforeEach, describe, expect, it, vi } from "vitest";
import { LabError } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import { packTrial, readTrialArchive } from "../storage/trialArchive";
import { commandAt, createTestLab, type TestLab } from "./testLab";
import { train } from "./testRuns";

const weightsOf = async (lab: TestLab, id: number) => new Uint8Array((await lab.session.exportWeights(id, "last")).bytes);
const trialOf = async (lab: TestLab, id: number) => (await lab.session.listTrials()).find((trial) => trial.id === id);
const named = (file: Blob, name = "trial-1.roentgen") => new File([file], name);

describe("a trial as a file", () => {
  let lab: TestLab;
  beforeEach(() => {
    lab = createTestLab();
  });

  async function exportStopped(): Promise<File> {
    const { id } = await lab.createTrial({ averageLast: 2 });
    await train(lab, id, commandAt(lab, 11, "stop"));
    lab.onEngine = () => {};
    const { file, notices } = await lab.session.exportArchive(id);
    expect(notices).toEqual([]);
    return named(file);
  }

  it("goes on after it was deleted and brought back as if it had never stopped", async () => {
    const file = await exportStopped();
    const before = (await trialOf(lab, 1))!;
    const samples = await lab.session.readSample(1);
    await lab.session.deleteTrial(1);
    await lab.session.tidy();
    expect(lab.kept.map.size).toBe(0);

    const trial = await lab.session.importArchive(file);
    const origin = { file: "trial-1.roentgen", trial: 1, importedAt: expect.any(String) };
    const where = (kept: typeof before.checkpoints) => JSON.stringify(kept, (name, value) => (name === "key" ? null : value));
    expect({ ...trial, checkpoints: where(trial.checkpoints) }).toEqual({
      ...before,
      id: 2,
      origin,
      checkpoints: where(before.checkpoints),
    });
    expect(await lab.session.readSample(2)).toEqual(samples);
    expect([...lab.kept.map.keys()].every((key) => key.startsWith("2/"))).toBe(true);
    expect((await lab.session.exportWeights(2, "average")).bytes.byteLength).toBeGreaterThan(0);

    expect((await train(lab, 2)).at(-1)?.type).toBe("finished");
    const whole = createTestLab();
    const { id } = await whole.createTrial({ averageLast: 2 });
    await train(whole, id);
    expect(await weightsOf(lab, 2)).toEqual(await weightsOf(whole, id));
    expect(await lab.session.readSteps(2)).toEqual(await whole.session.readSteps(id));
  });

  it("names alike what it began from, by the number there and the file that it came in", async () => {
    const first = await lab.createTrial();
    await train(lab, first.id);
    const { id } = await lab.createTrial({}, { kind: "trial", trialId: first.id, which: "last" });
    expect(await trialOf(lab, id)).toMatchObject({ parent: "trial-1", beginning: { name: "trial-1", which: "last" } });
    const trial = await lab.session.importArchive(named((await lab.session.exportArchive(id)).file, "trial-2.roentgen"));
    const name = "trial-1 of trial-2.roentgen";
    expect(trial).toMatchObject({ parent: name, beginning: { name, which: "last" } });
    expect(JSON.parse(await lab.session.exportTrial(trial.id))).toMatchObject({ parent: name, beginning: { name } });
  });

  it("holds the trial's own file too, in words", async () => {
    const file = await exportStopped();
    const text = await file.text();
    expect(text.slice(0, 8)).toBe("ROENTGEN");
    expect(text).toContain('"file":{"formatVersion":1,"trial":"trial-1"');
  });

  it("leaves out what is damaged of it, and goes on from the checkpoint before", async () => {
    await exportStopped();
    const { last, previous } = (await trialOf(lab, 1))!.checkpoints;
    new Uint8Array(lab.kept.map.get(last!.key)!.bytes)[40]! ^= 1;
    const { file, notices } = await lab.session.exportArchive(1);
    expect(notices).toEqual([expect.stringContaining(`step ${last?.step} is damaged`)]);
    const trial = await lab.session.importArchive(named(file));
    expect(trial.checkpoints.last?.step).toBe(previous?.step);
    expect((await train(lab, trial.id)).at(-1)?.type).toBe("finished");
  });

  it("is refused in a sentence where a byte is another, where it is cut off, and where it is something else", async () => {
    const file = await exportStopped();
    const bytes = new Uint8Array(await file.arrayBuffer());
    const kept = [...lab.kept.map.keys()];
    const refusal = { code: "archiveUnreadable", at: "trial-1.roentgen" };
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 97)) {
      const damaged = bytes.slice();
      damaged[at]! ^= 4;
      await expect(lab.session.importArchive(named(new Blob([damaged]))), `byte ${at}`).rejects.toMatchObject(refusal);
    }
    for (const length of [0, 5, 40, 200, bytes.length - 1]) {
      await expect(lab.session.importArchive(named(new Blob([bytes.slice(0, length)])))).rejects.toMatchObject(refusal);
    }
    await expect(lab.session.importArchive(named(new Blob([bytes, "more"])))).rejects.toMatchObject(refusal);
    await expect(lab.session.importArchive(named(new Blob(["{}"])))).rejects.toThrow(
      /no file of a whole trial.*ends in \.roentgen/,
    );
    // Nothing of what was refused stays.
    expect([...lab.kept.map.keys()]).toEqual(kept);
    expect(await lab.session.listTrials()).toHaveLength(1);
  });

  it.each([
    ["its films' counts", { sample: {} }],
    ["its checkpoints", { checkpoints: {} }],
    ["how far it came", { stepsDone: undefined }],
    ["its settings", { settings: "all" }],
    ["its epochs' figures", { epochs: [null] }],
    ["its finder's curve", { finder: {} }],
    ["a sentence for its early end", { earlyEnd: { best: 1 } }],
  ])("is refused where it lacks %s, and the trials that are here stay in reach", async (_, change) => {
    const { trial, sample, records } = await readTrialArchive(await exportStopped(), "trial-1.roentgen");
    const foreign = await packTrial({ trial: { ...trial, ...change } as Trial, sample, file: null }, records());
    await expect(lab.session.importArchive(named(foreign))).rejects.toMatchObject({ code: "archiveUnreadable" });
    expect((await lab.session.listTrials()).map(({ id }) => id)).toEqual([1]);
    expect([...lab.kept.map.keys()].every((key) => key.startsWith("1/"))).toBe(true);
  });

  it("is not brought in by halves where storage runs full", async () => {
    const file = await exportStopped();
    let writes = 0;
    lab.kept.beforeWrite = (operation) => {
      if (operation === "write" && ++writes === 2) throw new Error("full");
    };
    await expect(lab.session.importArchive(file)).rejects.toThrow("full");
    lab.kept.beforeWrite = () => {};
    expect([...lab.kept.map.keys()].every((key) => key.startsWith("1/"))).toBe(true);
    expect((await lab.session.importArchive(file)).id).toBe(3);
  });

  it("is not written while the trial is trained", async () => {
    const { id } = await lab.createTrial();
    const run = train(lab, id);
    await expect(lab.session.exportArchive(id)).rejects.toThrow("Stop it before exporting it.");
    await expect(lab.openSecondTab().exportArchive(id)).rejects.toMatchObject({ code: "badSettings" });
    await run;
  });

  it("is read one checkpoint at a time", async () => {
    const file = await exportStopped();
    const slices: number[] = [];
    const { slice } = file;
    file.slice = (...range) => {
      slices.push((range[1] ?? 0) - (range[0] ?? 0));
      return slice.apply(file, range);
    };
    const { records } = await readTrialArchive(file, file.name);
    const before = slices.length;
    for await (const { record } of records()) expect(slices.at(-1)).toBe(record.bytes.byteLength);
    expect(slices.length - before).toBeGreaterThan(2);
  });
});

describe("what is kept", () => {
  it("lists sets of films with the trials that were trained on them", async () => {
    const lab = createTestLab();
    for (let i = 0; i < 2; i++) await lab.createTrial();
    lab.films.push({ store: "64-stretch-window-v2", imageSize: 64, films: 0, bytes: 9 });
    expect(await lab.session.listFilmSets()).toMatchObject([
      { store: lab.sample.store, films: 29, preparation: null, trials: [1, 2] },
      { films: 0, preparation: { imageSize: 64, fit: "stretch" }, trials: [] },
    ]);
    await lab.session.removeFilmSet(lab.sample.store);
    expect(await lab.session.listFilmSets()).toHaveLength(1);
  });

  it("reads a trial's sample once for its set of films, however often they are listed", async () => {
    const lab = createTestLab();
    for (let i = 0; i < 2; i++) await lab.createTrial();
    const readSample = vi.spyOn(lab.samples, "read");
    const trialsOn = async () => (await lab.session.listFilmSets())[0]?.trials;
    expect([await trialsOn(), await trialsOn()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await lab.createTrial();
    await lab.session.deleteTrial(1);
    expect(await trialsOn()).toEqual([2, 3]);
    expect(readSample.mock.calls).toEqual([["1"], ["2"], ["3"]]);
  });

  it("counts what a run comes to keep by the network, whatever the engine", async () => {
    const lab = createTestLab();
    const plain = await lab.session.sizeKept({ ...lab.settings, arch: "densenet121" });
    expect(plain.weights).toBeGreaterThan(27e6);
    expect(plain.checkpoint).toBeGreaterThan(2.9 * plain.weights);
    const averaged = await lab.session.sizeKept({ ...lab.settings, arch: "densenet121", averageDecay: 0.9 });
    expect(averaged).toEqual({ weights: plain.weights, checkpoint: plain.checkpoint + plain.weights });
  });

  it("is tidied of what a deletion left that the page's end cut short, and of nothing else", async () => {
    const lab = createTestLab();
    for (const { id } of [await lab.createTrial(), await lab.createTrial()]) await train(lab, id);
    lab.kept.beforeWrite = (operation) => {
      if (operation === "remove") throw new Error("the page ended");
    };
    await lab.session.deleteTrial(1);
    await expect(lab.session.tidy()).rejects.toThrow();
    lab.kept.beforeWrite = () => {};
    lab.reload();
    const ofSecond = [...lab.kept.map.keys()].filter((key) => key.startsWith("2/"));
    // And what was written, but not yet pointed to.
    lab.kept.map.set("2/99/unpointed", lab.kept.map.get(ofSecond[0]!)!);
    expect(lab.kept.map.size).toBeGreaterThan(ofSecond.length);
    await lab.session.tidy();
    expect([...lab.kept.map.keys()]).toEqual(ofSecond);
    expect(await lab.session.readSample(2)).toEqual(lab.sample);
  });

  it("says where it could not be tidied, but not where another tab has a trial in hand", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    lab.kept.map.set("1/99/unpointed", [...lab.kept.map.values()][0]!);
    const [held] = await Promise.all([train(lab, id), lab.openSecondTab().tidy()]);
    expect(held.at(-1)?.type).toBe("finished");
    lab.kept.map.set("1/99/unpointed", [...lab.kept.map.values()][0]!);
    const failure = new LabError("storageFailed", "no");
    lab.kept.beforeWrite = () => {
      throw failure;
    };
    await expect(lab.session.tidy()).rejects.toBe(failure);
  });

  it("calls a trial interrupted whose worker ended, running or paused, and no other", async () => {
    const lab = createTestLab();
    for (const state of ["ready", "running", "paused", "stopped", "finished", "failed"] as const) {
      const { id } = await lab.createTrial();
      lab.records.map.set(String(id), { ...lab.records.map.get(String(id))!, state });
    }
    const { id } = await lab.createTrial();
    const states = async () => (await lab.session.listTrials()).map(({ state }) => state);
    let whileHeld: Promise<string[]> | undefined;
    const page = commandAt(lab, 4, "stop");
    const onEvent = async ({ type }: { type: string }) => {
      if (type === "steps") whileHeld ??= lab.openSecondTab().markInterrupted().then(states);
    };
    expect((await train(lab, id, { ...page, onEvent: (event) => void onEvent(event) })).at(-1)?.type).toBe("stopped");
    expect((await whileHeld)?.at(-1)).toBe("running");
    expect(await states()).toEqual(["ready", "interrupted", "interrupted", "stopped", "finished", "failed", "stopped"]);
    expect((await train(lab, 2)).at(-1)?.type).toBe("finished");
  });

  it("gives back the room of a trial that could not be kept whole", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    const before = [...lab.kept.map.keys()];
    const full = new LabError("storageFull", "full");
    lab.records.beforeWrite = (operation) => {
      if (operation === "write") throw full;
    };
    await expect(lab.createTrial({}, { kind: "trial", trialId: id, which: "last" })).rejects.toBe(full);
    expect([...lab.kept.map.keys()]).toEqual(before);
  });

  it("never has a trial without the weights that it is to begin from", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    lab.kept.beforeWrite = () => {
      throw new Error("the page ended");
    };
    await expect(lab.createTrial({}, { kind: "trial", trialId: id, which: "last" })).rejects.toThrow();
    expect((await lab.session.listTrials()).map((trial) => trial.id)).toEqual([id]);
  });
});
