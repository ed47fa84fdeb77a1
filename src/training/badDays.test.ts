import { describe, expect, it } from "vitest";
import { LabError } from "../protocol/labError";
import type { TrainEvent } from "../protocol/training";
import type { CheckpointRecord } from "../storage/checkpointRecord";
import { commandAt, createTestLab, play } from "./testLab";
import { ending, lastCheckpoint, steps, train } from "./testRuns";

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

  it("measures an explosion by what the run's own loss is without knowledge", async () => {
    const focal = { loss: "focal", focalGamma: 4, focalAlpha: -1, epochs: 6 } as const;
    for (const [change, last] of [
      [focal, "failed"],
      [{ epochs: 6 }, "finished"],
    ] as const) {
      const lab = createTestLab();
      const { id } = await lab.createTrial(change);
      lab.onEngine = (engine) => {
        engine.onStep = (step) => (step < 8 ? 0.02 : 1);
      };
      expect((await train(lab, id)).at(-1)).toMatchObject({ type: last, ...(last === "failed" && { code: "lossExploded" }) });
    }
  });

  it("keeps no checkpoint of weights that are not finite, though the loss was", async () => {
    const lab = createTestLab();
    const { id } = await lab.createTrial();
    lab.onEngine = (engine) => {
      const { snapshot } = engine;
      engine.snapshot = async () => {
        const state = await snapshot();
        if (state.optimizerSteps === 6) state.model.get("classifier.weight")!.data[3] = Number.POSITIVE_INFINITY;
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
