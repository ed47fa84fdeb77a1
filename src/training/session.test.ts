import { describe, expect, it } from "vitest";
import type { TrialSettings } from "../protocol/settings";
import { toStepRecords } from "../protocol/steps";
import type { EvaluateEvent, EvaluateRequest } from "../protocol/training";
import { sigmoid } from "../statistics/logistic";
import { commandAt, createTestLab, play, type TestLab } from "./testLab";
import { ending, essence, lastCheckpoint, STEPS_TOTAL, steps, train } from "./testRuns";
import { TEST_SETTINGS } from "./testSample";

const fileOf = (bytes: ArrayBuffer) => new Blob([bytes]);

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
    expect(toStepRecords(await lab.session.readSteps(id))).toEqual(steps(events));
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
    const { films, auroc, loss, targets, paths, labels, logits } = last.evaluation;
    const epoch = (await lab.session.listTrials())[0]?.epochs[2];
    expect({ films, auroc, loss }).toEqual({ films: 7, auroc: epoch?.auroc, loss: epoch?.validLoss });
    // Of films 22 to 28 three are divisible by three.
    expect(targets).toMatchObject([
      { target: "Cardiomegaly", films: 7, positives: 3, auroc: epoch?.aurocs?.[0] },
      { target: "No Finding", films: 5, positives: 3, auroc: epoch?.aurocs?.[1] },
    ]);
    expect(paths).toEqual(lab.sample.validPaths);
    expect(labels).toEqual(lab.sample.valid.labels);
    expect(logits).toHaveLength(paths.length * TARGETS.length);
  });

  it("are evaluated with weights of as many targets only, and say of others which they have", async () => {
    const [one, two] = [createTestLab(), createTestLab(TARGETS)];
    const bytesOf = async (lab: TestLab) => {
      const { id } = await lab.createTrial();
      await train(lab, id);
      return (await lab.session.exportWeights(id, "last")).bytes;
    };
    const [ofOne, ofTwo] = [await bytesOf(one), await bytesOf(two)];
    expect(await two.session.inspectWeights(fileOf(ofTwo), "w", two.settings.arch)).toMatchObject({
      classes: ["class 1", "class 2"],
    });
    const message = "w tells 1 target (class 1), and 2 targets (Cardiomegaly, No Finding) are to be told.";
    expect((await evaluate(two, { kind: "file", name: "w", file: fileOf(ofOne) })).at(-1)).toMatchObject({
      code: "weightsMismatch",
      message: expect.stringContaining(message),
    });
    expect((await evaluate(one, { kind: "file", name: "w", file: fileOf(ofTwo) })).at(-1)).toMatchObject({
      message: expect.stringMatching(/^w tells 2 targets .* and 1 target \(Cardiomegaly\) is/),
    });
  });

  it("are told by the logits of their names, in whatever order and among whichever others the weights have them", async () => {
    const lab = createTestLab(TARGETS);
    const trial = await lab.createTrial();
    await train(lab, trial.id);
    const weights = { kind: "trial", trialId: trial.id, which: "last" } as const;
    const [further] = lab.settings.moreTargets;
    const swapped = { target: "No Finding", moreTargets: [{ ...further!, target: "Cardiomegaly" }] };
    const { beginning } = await lab.createTrial(swapped, weights);
    expect(beginning).toMatchObject({
      replaced: null,
      notes: ["Of 2 classes that the weights tell, No Finding, Cardiomegaly are gone on with; in the order of the targets."],
    });
    const logitsOf = async (settings: TrialSettings) => {
      const request = { settings, sample: lab.sample, weights, views: 0 };
      const last = (await play<EvaluateEvent>((port) => lab.session.evaluate(request, port))).at(-1);
      return last?.type === "finished" ? [...last.evaluation.logits] : [];
    };
    const told = await logitsOf(lab.settings);
    const swap = (_: number, at: number) => told[at % 2 === 0 ? at + 1 : at - 1];
    expect(await logitsOf({ ...lab.settings, ...swapped })).toEqual(told.map(swap));
    expect(told).not.toEqual(told.map(swap));
  });
});

it("scales films as the trial says, and to evaluate a file as the file says", async () => {
  const lab = createTestLab();
  const { id, settings } = await lab.createTrial({ normalisation: "xrv" });
  await train(lab, id);
  const scaledFor = async (weights: EvaluateRequest["weights"]) => {
    const request = { settings, sample: lab.sample, weights, views: 0 };
    expect((await play<EvaluateEvent>((port) => lab.session.evaluate(request, port))).at(-1)?.type).toBe("finished");
    return lab.engines.at(-1)?.options.normalisation;
  };
  expect(lab.engines.map(({ options }) => options.normalisation)).toEqual(["xrv"]);
  expect(await scaledFor({ kind: "trial", trialId: id, which: "last" })).toBe("xrv");
  const { bytes } = await lab.session.exportWeights(id, "last");
  // The test's reader takes every file for one of ImageNet's scale.
  expect(await scaledFor({ kind: "file", name: "w", file: fileOf(bytes) })).toBe("imagenet");
  const { beginning } = await lab.createTrial({ normalisation: "xrv" }, { kind: "file", name: "w", file: fileOf(bytes) });
  expect(beginning?.notes.at(-1)).toMatch(/^These weights were trained on films scaled by ImageNet's/);
});

it("evaluates with what every card computes, whatever the trial was trained with", async () => {
  const lab = createTestLab();
  const { id, settings } = await lab.createTrial({ arithmetic: "f16", subgroups: true });
  await train(lab, id);
  const request = { settings, sample: lab.sample, weights: { kind: "trial", trialId: id, which: "last" }, views: 0 } as const;
  expect((await play<EvaluateEvent>((port) => lab.session.evaluate(request, port))).at(-1)?.type).toBe("finished");
  const used = lab.engines.map(({ options: { arithmetic, subgroups } }) => ({ arithmetic, subgroups }));
  expect(used).toEqual([
    { arithmetic: "f16", subgroups: true },
    { arithmetic: "f32", subgroups: false },
  ]);
});

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
    expect(last.evaluation.paths).toEqual(lab.sample.validPaths);
    expect(last.evaluation.labels).toEqual(lab.sample.valid.labels);
    expect([...last.evaluation.probabilities]).toEqual(Array.from(last.evaluation.logits, sigmoid));
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
