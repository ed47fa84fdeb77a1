import { expect, it } from "vitest";
import type { LossScale } from "../protocol/lossScale";
import { createTestLab } from "./testLab";
import { train } from "./testRuns";

it("ends a run whose loss explodes, and keeps no checkpoint from its rise", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ epochs: 9, checkpointEverySteps: 1 });
  lab.onEngine = (engine) => {
    engine.onStep = (step, loss) => (step >= 20 ? 20 : loss);
  };
  const failed = (await train(lab, id)).at(-1);
  expect(failed).toMatchObject({ code: "lossExploded", proposal: { maxLr: expect.any(Number) } });
  const [trial] = await lab.session.listTrials();
  const step = trial?.checkpoints.last?.step ?? -1;
  // A single such loss is twice what a network loses that knows nothing.
  expect(step).toBe(20);
  expect(failed?.type === "failed" && failed.step).toBeGreaterThan(step);
});

it("gives up a checkpoint from which not one step could be taken", async () => {
  const lab = createTestLab();
  const { id } = await lab.createTrial({ epochs: 9, checkpointEverySteps: 2 });
  const keptAfter = async (failsAt: number) => {
    lab.onEngine = (engine) => {
      engine.onStep = (step, loss) => (step === failsAt ? Number.NaN : loss);
    };
    await train(lab, id);
    const [trial] = await lab.session.listTrials();
    expect(trial?.stepsDone).toBe(trial?.checkpoints.last?.step);
    return trial?.stepsDone;
  };
  expect(await keptAfter(9)).toBe(8);
  expect(await keptAfter(12)).toBe(10);
});

it("names what halves cannot hold: in a notice at a checkpoint, and as the cause where the numbers fail", async () => {
  const statistics = new Map([
    ["norm.running_mean", { shape: [1], data: Float32Array.of(7e4) }],
    ["norm.running_var", { shape: [1], data: Float32Array.of(1) }],
  ]);
  const failWith = async (activations: "f16" | "f32", lossScale?: LossScale) => {
    const lab = createTestLab();
    const { id } = await lab.createTrial({ activations });
    lab.onEngine = (engine) => {
      const { snapshot } = engine;
      engine.snapshot = async () => {
        const state = await snapshot();
        return { ...state, model: new Map([...state.model, ...statistics]), ...(lossScale && { lossScale }) };
      };
      engine.onStep = (step, loss) => (step === 8 ? Number.NaN : loss);
    };
    return train(lab, id);
  };
  const halves = await failWith("f16");
  const named = expect.stringMatching(/channel 0 of what norm reads \(mean 70,000, .*Activations f32/);
  expect(halves.filter(({ type }) => type === "notice")).toEqual([{ type: "notice", message: named }]);
  expect(halves.at(-1)).toMatchObject({ code: "floatPrecision", message: named, proposal: { activations: "f32" } });
  const whole = await failWith("f32");
  expect(whole.filter(({ type }) => type === "notice")).toEqual([]);
  expect(whole.at(-1)).toMatchObject({ code: "lossNotFinite" });
  const scaled = await failWith("f32", { scale: 2, goodSteps: 0, refusedSteps: 16 });
  expect(scaled.filter(({ type }) => type === "notice")).toEqual([]);
  expect(scaled.at(-1)).toMatchObject({ code: "lossNotFinite" });
  const refused = await failWith("f32", { scale: 2, goodSteps: 0, refusedSteps: 17 });
  const steps = expect.stringMatching(
    /did not hold the gradients of 17 of \d steps, and these changed nothing\. With Arithmetic f32/,
  );
  expect(refused.filter(({ type }) => type === "notice")).toEqual([{ type: "notice", message: steps }]);
  const unscaled = await failWith("f32", { scale: 1, goodSteps: 0, refusedSteps: 16 });
  const gradients = expect.stringMatching(/gradients: some are beyond 65,504.*Arithmetic f32/);
  expect(unscaled.filter(({ type }) => type === "notice")).toEqual([{ type: "notice", message: gradients }]);
  expect(unscaled.at(-1)).toMatchObject({ code: "floatPrecision", message: gradients, proposal: { arithmetic: "f32" } });
});
