import { describe, expect, it } from "vitest";
import { UNKNOWN_LABEL } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { FASTAI_AUGMENTATION } from "../protocol/settings";
import type { EvaluateEvent, EvaluateRequest, TrainEvent } from "../protocol/training";
import { type Checkpoint, type CheckpointRecord, unsealCheckpoint } from "../storage/checkpointRecord";
import { sha256 } from "../storage/sha256";
import { commandAt, createTestLab, type Page, play, type TestLab } from "./testLab";
import { TEST_SETTINGS, TEST_SIZE } from "./testSample";

const STEPS_TOTAL = 15;

async function lastCheckpoint(lab: TestLab, id: number): Promise<Checkpoint> {
  const trial = (await lab.session.listTrials()).find((one) => one.id === id);
  const record = lab.kept.map.get(trial?.checkpoints.last?.key ?? "");
  const whole = record && (await unsealCheckpoint(structuredClone(record)));
  if (!whole) throw new Error("no whole checkpoint");
  return whole;
}

/** All of a checkpoint that must be the same bit for bit; time spent is not among it. */
function essence({ step, model, optimizer, optimizerSteps, steps, epochs }: Checkpoint) {
  return { step, model, optimizer, optimizerSteps, steps, epochs: epochs.map((epoch) => ({ ...epoch, seconds: 0 })) };
}

const fileOf = (bytes: ArrayBuffer) => new Blob([bytes]);
const train = (lab: TestLab, id: number, page?: Page<TrainEvent>) =>
  play<TrainEvent>((port) => lab.session.train(id, port), page);
const steps = (events: TrainEvent[]) => events.flatMap((event) => (event.type === "steps" ? event.steps : []));
const ending = (events: { type: string }[]) =>
  events.map(({ type }) => type).filter((type) => ["finished", "stopped", "failed"].includes(type));

describe("a whole run", () => {
  it("trains, validates, keeps and ends once", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const events = await train(lab, id);
    expect(ending(events)).toEqual(["finished"]);
    expect(events.at(-1)?.type).toBe("finished");
    expect(steps(events).map(({ step }) => step)).toEqual(Array.from({ length: STEPS_TOTAL }, (_, step) => step));
    expect(steps(events)[0]).toMatchObject({ lr: expect.closeTo(TEST_SETTINGS.maxLr / 25, 12), momentum: 0.95 });
    const phases = events.flatMap((event) => (event.type === "phase" ? [event.phase] : []));
    expect(phases.slice(0, 3)).toEqual(["opening", "compiling", "training"]);
    expect(new Set(phases)).toEqual(new Set(["opening", "compiling", "training", "saving", "validating"]));

    const trial = (await lab.session.listTrials())[0];
    expect(trial).toMatchObject({
      id: 1,
      state: "finished",
      stepsDone: STEPS_TOTAL,
      stepsTotal: STEPS_TOTAL,
      adapter: { name: "test" },
    });
    expect(trial?.epochs).toHaveLength(3);
    expect(trial?.epochs[2]?.auroc).toBeGreaterThan(0.9);
    const mean = steps(events)
      .slice(5, 10)
      .reduce((sum, { loss }) => sum + loss / 5, 0);
    expect(trial?.epochs[1]?.trainLoss).toBeCloseTo(mean, 12);
    expect(await lab.session.readSteps(id)).toEqual(steps(events));
    expect(lab.engines.every(({ disposed }) => disposed)).toBe(true);
  });

  it("holds as many tensors and GPU bytes after two epochs as after one", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const ends = (await train(lab, id)).filter((event) => event.type === "epochEnd");
    expect(ends).toHaveLength(3);
    expect(ends[0]?.tensors).toBe(6);
    for (const { tensors, gpuBytes } of ends) expect({ tensors, gpuBytes }).toEqual({ tensors: 6, gpuBytes: ends[0]?.gpuBytes });
  });

  it("keeps the last, the one before and the best checkpoint and no other", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const events = await train(lab, id);
    const written = events.flatMap((event) => (event.type === "checkpoint" ? [event.checkpoints.last?.step] : []));
    expect(written).toEqual([3, 5, 6, 9, 10, 12, 15]);
    const { last, previous, best } = (await lab.session.listTrials())[0]!.checkpoints;
    expect(last?.step).toBe(15);
    const aurocs = (await lab.session.listTrials())[0]!.epochs.map(({ auroc }) => auroc ?? 0);
    expect(best?.step).toBe(5 * (aurocs.indexOf(Math.max(...aurocs)) + 1));
    expect(new Set(lab.kept.map.keys())).toEqual(new Set([last?.key, previous?.key, best?.key]));
  });
});

describe("an interrupted run that goes on equals the uninterrupted one bit for bit", () => {
  async function uninterrupted() {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    return essence(await lastCheckpoint(lab, id));
  }

  it.each([1, 4, 5, 7, 10, 14])("stopped by a person after step %i, in another session afterwards", async (at) => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const stopped = await train(lab, id, commandAt(lab, at - 1, "stop"));
    expect(ending(stopped)).toEqual(["stopped"]);
    expect((await lab.session.listTrials())[0]).toMatchObject({ state: "stopped", stepsDone: at });
    lab.onEngine = () => {};
    lab.reload();
    const resumed = await train(lab, id);
    expect(steps(resumed)[0]?.step).toBe(at === STEPS_TOTAL ? undefined : at);
    expect(essence(await lastCheckpoint(lab, id))).toEqual(await uninterrupted());
  });

  it.each([2, 4, 8, 11])("torn off at step %i, back to the last checkpoint", async (at) => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    lab.onEngine = (engine) => {
      engine.onStep = (step, loss) => {
        if (step === at) throw new Error("the tab is gone");
        return loss;
      };
    };
    const torn = await train(lab, id);
    expect(torn.at(-1)).toMatchObject({ type: "failed", code: "internal" });
    lab.onEngine = () => {};
    lab.reload();
    expect(ending(await train(lab, id))).toEqual(["finished"]);
    expect(essence(await lastCheckpoint(lab, id))).toEqual(await uninterrupted());
  });

  it.each([4, 5, 6])("stopped after step %i, about where the network is unfrozen", async (at) => {
    const begin = async () => {
      const lab = createTestLab();
      return { lab, id: (await lab.createTrial({ freezeEpochs: 1, schedule: "plateau", averageDecay: 0.9 })).id };
    };
    const whole = await begin();
    await train(whole.lab, whole.id);
    const { lab, id } = await begin();
    await train(lab, id, commandAt(lab, at - 1, "stop"));
    lab.onEngine = () => {};
    lab.reload();
    await train(lab, id);
    const last = await lastCheckpoint(lab, id);
    expect(essence(last)).toEqual(essence(await lastCheckpoint(whole.lab, whole.id)));
    expect(last.optimizerSteps, "moments began anew").toBe(STEPS_TOTAL - 5);
  });

  it.each([
    ["fresh films every epoch", { balance: "undersample", freshEachEpoch: true }],
    ["films of the smaller class repeated", { balance: "oversample" }],
    [
      "films moved, lit, blended and repeated",
      { ...FASTAI_AUGMENTATION, mixup: 0.4, labelSmoothing: 0.1, balance: "oversample" },
    ],
  ] as const)("with %s and an odd last batch", async (_, balance) => {
    const begin = async () => {
      const lab = createTestLab();
      lab.sample.train.labels.forEach((_, film, labels) => {
        labels[film] = film % 3 === 0 ? 1 : 0;
      });
      return { lab, id: (await lab.createTrial(balance)).id };
    };
    const whole = await begin();
    await train(whole.lab, whole.id);
    const { lab, id } = await begin();
    expect(ending(await train(lab, id, commandAt(lab, 4, "stop")))).toEqual(["stopped"]);
    lab.onEngine = () => {};
    lab.reload();
    expect(ending(await train(lab, id))).toEqual(["finished"]);
    expect(essence(await lastCheckpoint(lab, id))).toEqual(essence(await lastCheckpoint(whole.lab, whole.id)));
  });

  it("paused, kept, and resumed", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    let whilePaused: Promise<unknown> = Promise.resolve();
    const events = await train(lab, id, {
      ...commandAt(lab, 6, "pause"),
      onEvent: (event) => {
        if (event.type !== "phase" || event.phase !== "paused") return undefined;
        whilePaused = lab.session.listTrials();
        return "resume";
      },
    });
    expect(await whilePaused).toMatchObject([{ state: "paused", stepsDone: 7, checkpoints: { last: { step: 7 } } }]);
    expect(ending(events)).toEqual(["finished"]);
    expect(essence(await lastCheckpoint(lab, id))).toEqual(await uninterrupted());
  });
});

describe("two targets, one of them not known of every film", () => {
  const TARGETS = ["Cardiomegaly", "No Finding"];
  const evaluate = (lab: TestLab, weights: EvaluateRequest["weights"]) =>
    play<EvaluateEvent>((port) => lab.session.evaluate({ settings: lab.settings, sample: lab.sample, weights, views: 0 }, port));

  it("are learnt together, each with its weight and its AUROC, and a resumed run equals the uninterrupted one", async () => {
    const whole = createTestLab(TARGETS);
    const { id } = await whole.createTrial();
    await train(whole, id);
    const [trial] = await whole.session.listTrials();
    for (const { auroc, aurocs = [] } of trial?.epochs ?? []) {
      expect(aurocs).toHaveLength(2);
      expect(auroc).toBeCloseTo(((aurocs[0] ?? Number.NaN) + (aurocs[1] ?? Number.NaN)) / 2, 12);
    }
    expect(Math.min(...(trial?.epochs[2]?.aurocs ?? []).map(Number))).toBeGreaterThan(0.9);
    expect(whole.engines[0]?.options).toMatchObject({ classes: 2, positiveWeights: [1, 2] });
    expect(JSON.parse(await whole.session.exportTrial(id)).epochs[2].aurocs).toEqual(trial?.epochs[2]?.aurocs);

    const lab = createTestLab(TARGETS);
    await train(lab, (await lab.createTrial()).id, commandAt(lab, 6, "stop"));
    lab.onEngine = () => {};
    lab.reload();
    expect(ending(await train(lab, 1))).toEqual(["finished"]);
    expect(essence(await lastCheckpoint(lab, 1))).toEqual(essence(await lastCheckpoint(whole, id)));
  });

  it("are both predicted for every film, with no label where none is known", async () => {
    const lab = createTestLab(TARGETS);
    const { id } = await lab.createTrial();
    await train(lab, id);
    const last = (await evaluate(lab, { kind: "trial", trialId: id, which: "last" })).at(-1);
    if (last?.type !== "finished") throw new Error(`ended in ${last?.type}`);
    const { films, auroc, loss, targets, predictions } = last.evaluation;
    const epoch = (await lab.session.listTrials())[0]?.epochs[2];
    expect({ films, auroc, loss }).toEqual({ films: 7, auroc: epoch?.auroc, loss: epoch?.validLoss });
    // Of films 22 to 28 three are divisible by three.
    expect(targets).toMatchObject([
      { target: "Cardiomegaly", films: 7, positives: 3, auroc: epoch?.aurocs?.[0] },
      { target: "No Finding", films: 5, positives: 3, auroc: epoch?.aurocs?.[1] },
    ]);
    expect(predictions.map(({ path, finding }) => [path, finding])).toEqual(
      lab.sample.validPaths.flatMap((path) => TARGETS.map((finding) => [path, finding])),
    );
    expect(predictions.map(({ target }) => target ?? UNKNOWN_LABEL)).toEqual([...lab.sample.valid.labels]);
  });

  it("are evaluated with weights of as many targets only, and say of others which they have", async () => {
    const [one, two] = [createTestLab(), createTestLab(TARGETS)];
    const bytesOf = async (lab: TestLab) => {
      const { id } = await lab.createTrial();
      await train(lab, id);
      return (await lab.session.exportWeights(id, "last")).bytes;
    };
    const [ofOne, ofTwo] = [await bytesOf(one), await bytesOf(two)];
    expect(await two.session.inspectWeights(fileOf(ofTwo), "w", two.settings)).toMatchObject({ classes: ["class 1", "class 2"] });
    const message = "w tells 1 target (class 1), and 2 targets (Cardiomegaly, No Finding) are to be told.";
    expect((await evaluate(two, { kind: "file", name: "w", file: fileOf(ofOne) })).at(-1)).toMatchObject({
      code: "weightsMismatch",
      message: expect.stringContaining(message),
    });
    expect((await evaluate(one, { kind: "file", name: "w", file: fileOf(ofTwo) })).at(-1)).toMatchObject({
      message: expect.stringMatching(/^w tells 2 targets .* and 1 target \(Cardiomegaly\) is/),
    });
    const [further] = two.settings.moreTargets;
    const swapped = { target: "No Finding", moreTargets: [{ ...further!, target: "Cardiomegaly" }] };
    await expect(two.createTrial(swapped, { kind: "trial", trialId: 1, which: "last" })).rejects.toThrow(
      /^Trial 1 tells Cardiomegaly, No Finding in this order/,
    );
  });
});

describe("bad days", () => {
  it("stops at a loss that is not finite, names the step and a lower Max LR, and keeps the checkpoint before it", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    lab.onEngine = (engine) => {
      engine.onStep = (step, loss) => (step === 8 ? Number.NaN : loss);
    };
    const events = await train(lab, id);
    expect(events.at(-1)).toMatchObject({ type: "failed", code: "lossNotFinite", step: 8, at: "Max LR" });
    expect(events.at(-1)).toHaveProperty("message", expect.stringMatching(/NaN at step 8 .* such as \de-\d/));
    expect(steps(events).at(-1)?.step).toBe(7);
    expect((await lastCheckpoint(lab, id)).step).toBe(6);
    expect((await lab.session.listTrials())[0]).toMatchObject({ state: "failed", failure: { code: "lossNotFinite" } });
  });

  it("keeps no checkpoint of weights that are not finite, though the loss was", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    lab.onEngine = (engine) => {
      const { snapshot } = engine;
      engine.snapshot = async () => {
        const state = await snapshot();
        if (state.optimizerSteps === 6) state.model.get("weight")!.data[3] = Number.POSITIVE_INFINITY;
        return state;
      };
    };
    expect((await train(lab, id)).at(-1)).toMatchObject({ type: "failed", code: "lossNotFinite" });
    expect((await lastCheckpoint(lab, id)).step).toBe(5);
  });

  it("ends with storageFull where a checkpoint does not fit, the earlier one whole, and goes on once there is room", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    let writes = 0;
    lab.kept.beforeWrite = (operation) => {
      if (operation === "write" && ++writes > 2) throw new LabError("storageFull", "Full.");
    };
    expect((await train(lab, id)).at(-1)).toMatchObject({ type: "failed", code: "storageFull" });
    expect((await lastCheckpoint(lab, id)).step).toBe(5);
    expect((await lab.session.listTrials())[0]).toMatchObject({ state: "failed", failure: { code: "storageFull" } });
    lab.kept.beforeWrite = () => {};
    expect(ending(await train(lab, id))).toEqual(["finished"]);
  });

  it("ends a run whose GPU is lost, though its step never comes back, and trains again on another", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    lab.onEngine = (engine) => {
      const { trainStep } = engine;
      engine.trainStep = async (...given) => {
        if (lab.kept.map.size === 0) return trainStep(...given);
        queueMicrotask(() => lab.failGpu(new LabError("deviceLost", "Lost.")));
        return new Promise<number>(() => {});
      };
    };
    expect((await train(lab, id)).at(-1)).toMatchObject({ type: "failed", code: "deviceLost", step: 2 });
    expect((await lastCheckpoint(lab, id)).step).toBe(3);
    lab.onEngine = () => {};
    expect(ending(await train(lab, id))).toEqual(["finished"]);
  });

  it("opens one GPU for two that ask at once, and another after one that could not be opened", async () => {
    const lab = createTestLab();
    lab.beforeOpen = () => Promise.reject(new LabError("noWebGpu", "None."));
    await expect(lab.session.openAdapter(false)).rejects.toMatchObject({ code: "noWebGpu" });
    lab.beforeOpen = async () => {};
    const settings = { ...TEST_SETTINGS, imageSize: 32 };
    await Promise.all([lab.session.openAdapter(false), lab.session.forecast(settings)]);
    expect(lab.opened).toBe(1);
  });

  it("names the lost GPU where the step that it took down fails first", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    lab.onEngine = (engine) => {
      engine.trainStep = async () => {
        setTimeout(() => lab.failGpu(new LabError("deviceLost", "Lost.")), 20);
        throw new DOMException("Instance dropped", "OperationError");
      };
    };
    expect((await train(lab, id)).at(-1)).toMatchObject({ type: "failed", code: "deviceLost" });
  });

  it.each([
    [{}, "Films per pass", /GPU budget to \d+, .*, and resume\. .*new trial.* weights.* with Films per pass 2,/],
    [{ gpuBudgetMiB: 1 }, "Films per pass", /other programs that use it, and resume\. .* with Films per pass 2,/],
    [{ filmsPerPass: 3, imageSize: 40 }, "Image size", /new trial.* with Image size below 40/],
    [{ filmsPerPass: 3, imageSize: 32 }, "Architecture", /new trial with a smaller Architecture/],
    [{ filmsPerPass: 3 }, "Films per pass", /with Films per pass 1, which keeps the Batch size of 4/],
    [{ engine: "stock" }, "Engine", /new trial.* with Engine fused/],
  ] as const)(
    "ends with ways out that work where the card has no memory for %o, the checkpoint whole",
    async (change, at, way) => {
      const lab = createTestLab();
      const { id } = await lab.createTrial({ imageSize: 320, ...change });
      lab.onEngine = (engine) => {
        engine.onStep = (step, loss) => {
          if (step === 8) throw new LabError("outOfGpuMemory", "No memory.", "Batch size");
          return loss;
        };
      };
      const failed = (await train(lab, id)).at(-1);
      expect(failed).toMatchObject({
        type: "failed",
        code: "outOfGpuMemory",
        at,
        step: 7,
        message: expect.stringMatching(way),
      });
      expect((await lastCheckpoint(lab, id)).step).toBe(6);
      lab.onEngine = () => {};
      expect(ending(await train(lab, id))).toEqual(["finished"]);
    },
  );

  it("goes on within another GPU budget, which it keeps", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial({ gpuBudgetMiB: 2048 });
    await train(lab, id, commandAt(lab, 4, "stop"));
    lab.onEngine = () => {};
    expect(ending(await play<TrainEvent>((port) => lab.session.train(id, port, 512)))).toEqual(["finished"]);
    expect(lab.engines.map(({ options }) => options.budgetBytes)).toEqual([2 ** 31, 2 ** 29]);
    expect((await lab.session.listTrials())[0]?.settings.gpuBudgetMiB).toBe(512);
  });

  it("passes over damaged checkpoints for the one before, or the best, with a notice", async () => {
    for (const [damagedOnes, from] of [
      [["last"], 6],
      [["last", "previous"], 5],
    ] as const) {
      const lab = createTestLab();
      const { id } = await lab.createTrial();
      await train(lab, id, commandAt(lab, 8, "stop"));
      lab.onEngine = () => {};
      const { checkpoints } = (await lab.session.listTrials())[0]!;
      expect([checkpoints.last?.step, checkpoints.previous?.step, checkpoints.best?.step]).toEqual([9, 6, 5]);
      for (const which of damagedOnes) damage(lab.kept.map.get(checkpoints[which]?.key ?? "")!);
      lab.reload();
      const events = await train(lab, id);
      expect(events).toContainEqual({ type: "notice", message: expect.stringContaining(`step ${from}`) });
      expect(steps(events)[0]?.step).toBe(from);
      expect(ending(events)).toEqual(["finished"]);
    }
  });

  it("says so where no checkpoint is whole", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    for (const record of lab.kept.map.values()) damage(record);
    await expect(lab.session.exportWeights(id, "last")).rejects.toMatchObject({ code: "checkpointDamaged", at: "trial-1" });
    expect((await train(lab, id)).at(-1)).toMatchObject({ type: "failed", code: "checkpointDamaged" });
  });

  function damage({ bytes }: CheckpointRecord): void {
    new Uint8Array(bytes)[1234 % bytes.byteLength]! ^= 1;
  }

  it("runs one job at a time", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const first = train(lab, id);
    const second = await train(lab, id);
    expect(second).toMatchObject([
      { type: "failed", code: "badSettings", message: expect.stringContaining("Trial 1 is still under way") },
    ]);
    await expect(lab.session.deleteTrial(id)).rejects.toMatchObject({ code: "badSettings" });
    expect(ending(await first)).toEqual(["finished"]);
  });

  it("is not deleted under a run by another tab", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    const run = train(lab, id);
    await train(lab, id);
    await expect(lab.openSecondTab().deleteTrial(id)).rejects.toMatchObject({ code: "badSettings" });
    expect(ending(await run)).toEqual(["finished"]);
    expect((await lab.session.listTrials()).map(({ state }) => state)).toEqual(["finished"]);
  });

  it("fails a trial that was deleted", async () => {
    const lab = createTestLab();
    expect((await train(lab, 4)).at(-1)).toMatchObject({ type: "failed", code: "storageFailed", at: "trial-4" });
  });

  it.each([
    [{ batchSize: 23 }, "Batch size"],
    [{ batchSize: 1.5 }, "Batch size"],
    [{ epochs: 0 }, "Epochs"],
    [{ maxLr: Number.NaN }, "Max LR"],
    [{ seed: 0.5 }, "Seed"],
    [{ batchSize: 1 }, "Batch size"],
    [{ filmsPerPass: 1.5 }, "Films per pass"],
    [{ batchSize: 3, filmsPerPass: 2 }, "Films per pass"],
    [{ gpuBudgetMiB: -1 }, "GPU budget"],
  ])("refuses %o and names the setting", async (change, at) => {
    const lab = createTestLab();
    await expect(lab.createTrial(change)).rejects.toMatchObject({ code: "badSettings", at });
    expect(await lab.session.listTrials()).toEqual([]);
  });
});

describe("trials", () => {
  it("are numbered in order, and a number is not given out again", async () => {
    const lab = createTestLab();
    const made = await Promise.all([lab.createTrial(), lab.createTrial(), lab.createTrial()]);
    expect(made.map(({ id }) => id).sort()).toEqual([1, 2, 3]);
    await lab.session.deleteTrial(3);
    expect((await lab.createTrial()).id).toBe(4);
    expect((await lab.session.listTrials()).map(({ id }) => id)).toEqual([1, 2, 4]);
  });

  it("go with their checkpoints and sample when deleted, and leave other trials'", async () => {
    const lab = createTestLab();
    for (const { id } of [await lab.createTrial(), await lab.createTrial()]) await train(lab, id);
    await lab.session.deleteTrial(1);
    expect([...lab.kept.map.keys()].every((key) => key.startsWith("2/"))).toBe(true);
    await expect(lab.session.readSample(1)).rejects.toMatchObject({ code: "storageFailed" });
    expect(await lab.session.readSample(2)).toEqual(lab.sample);
  });

  it("begin from weights of other targets with another classifier, and say so", async () => {
    const lab = createTestLab(["Cardiomegaly", "No Finding"]);
    const { id } = await lab.createTrial();
    await train(lab, id);
    const next = await lab.createTrial({ moreTargets: [] }, { kind: "trial", trialId: id, which: "last" });
    expect(next.beginning?.replaced).toBe("Classifier replaced: the weights tell 2 classes, 1 is learnt.");
    expect((await lastCheckpoint(lab, next.id)).model.get("bias")?.shape).toEqual([1]);
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
      expect(first?.loss).toBeLessThan((await lab.session.readSteps(id))[0]!.loss);
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
    expect(file.steps).toEqual(await lab.session.readSteps(id));
    expect(file.epochs).toHaveLength(3);
    expect(Object.keys(file.epochs[0])).toEqual(["epoch", "trainLoss", "validLoss", "accuracy", "auroc", "seconds"]);
  });
});

describe("Evaluate", () => {
  it("predicts every validation film, in order, as the run's own validation did", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    await train(lab, id);
    const events = await play<EvaluateEvent>((port) =>
      lab.session.evaluate(
        { settings: TEST_SETTINGS, sample: lab.sample, weights: { kind: "trial", trialId: id, which: "last" }, views: 0 },
        port,
      ),
    );
    const last = events.at(-1);
    if (last?.type !== "finished") throw new Error(`ended in ${last?.type}`);
    const { epochs } = (await lab.session.listTrials())[0]!;
    expect(last.evaluation).toMatchObject({ films: 7, loss: epochs[2]?.validLoss, auroc: epochs[2]?.auroc });
    expect(last.evaluation.predictions.map(({ path }) => path)).toEqual(lab.sample.validPaths);
    expect(last.evaluation.predictions.map(({ target }) => target)).toEqual([...lab.sample.valid.labels]);
    expect(events.some((event) => event.type === "evaluateProgress" && event.done === 7)).toBe(true);
  });

  it("refuses a file that does not fit, before it predicts", async () => {
    const lab = createTestLab();
    const weights = { kind: "file", name: "other.safetensors", file: fileOf(new ArrayBuffer(80)) } as const;
    const events = await play<EvaluateEvent>((port) =>
      lab.session.evaluate({ settings: TEST_SETTINGS, sample: lab.sample, weights, views: 0 }, port),
    );
    expect(events.at(-1)).toMatchObject({ type: "failed", code: "weightsMismatch", at: "bias" });
  });
});

describe("the forecast", () => {
  it("says how long a step and a validation film take once a few of these settings were timed, and nothing of others", async () => {
    const lab = createTestLab();
    const settings = { ...TEST_SETTINGS, imageSize: 32 };
    expect(await lab.session.forecast(settings)).toMatchObject({ msPerStep: null, msPerValidFilm: null });
    await train(lab, (await lab.createTrial({ imageSize: 32 })).id);
    // The clock of the test lab goes on by one each time it is read.
    const timed = await lab.session.forecast(settings);
    expect(timed?.msPerStep).toBeGreaterThan(0);
    expect(timed?.msPerValidFilm).toBeGreaterThan(0);
    // A budget decides whether bottlenecks are kept, which takes less time than computing them again.
    for (const other of [{ filmsPerPass: 2 }, { gpuBudgetMiB: 512 }]) {
      expect(await lab.session.forecast({ ...settings, ...other })).toMatchObject({ msPerStep: null });
    }
  });

  it("is of the fused engine only, and within the budget where it says that a pass fits", async () => {
    const lab = createTestLab();
    const settings = { ...TEST_SETTINGS, imageSize: 64, batchSize: 1024, gpuBudgetMiB: 1024 };
    expect(await lab.session.forecast({ ...settings, engine: "stock" })).toBeNull();
    const forecast = await lab.session.forecast(settings);
    if (!forecast) throw new Error("no forecast");
    expect(forecast.budgetBytes).toBe(2 ** 30);
    expect(forecast.largestPass).toBeGreaterThan(0);
    for (const other of [{ gpuBudgetMiB: 128 }, { imageSize: 512 }]) {
      expect((await lab.session.forecast({ ...settings, ...other }))?.largestPass).toBeLessThan(forecast.largestPass);
    }
    for (const [filmsPerPass, fits] of [
      [forecast.largestPass, true],
      [0, forecast.largestPass >= 1024],
    ] as const) {
      const { gpuBytes = 0 } = (await lab.session.forecast({ ...settings, filmsPerPass })) ?? {};
      expect(gpuBytes <= forecast.budgetBytes).toBe(fits);
    }
  });
});
