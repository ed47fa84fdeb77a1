import { describe, expect, it } from "vitest";
import { FASTAI_AUGMENTATION } from "../protocol/settings";
import { commandAt, createTestLab } from "./testLab";
import { ending, essence, lastCheckpoint, STEPS_TOTAL, steps, train } from "./testRuns";

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
