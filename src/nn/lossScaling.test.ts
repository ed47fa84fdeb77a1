// The fused engine's steps in halves: which are taken, what of them is scaled, and that they go on from a snapshot. What a step computes is
// held to PyTorch in golden.test.ts. On devices with shader-f16.
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { openDawn } from "../../scripts/vulkan";
import { hasFeature } from "../check/reference/testKernels";
import type { Engine, EngineOptions, EngineSnapshot, NamedArrays, OptimizerStep } from "./engine";
import { createFusedEngine } from "./fusedEngine";
import { makeFilms } from "./testFilms";

await openDawn();
const hasHalves = await hasFeature("shader-f16");
openTestGpu();

const BATCH = makeFilms(4, 32);
/** Gradients of more films and pixels are less of a lottery. */
const LARGER = makeFilms(8, 64);
const ADAMW: OptimizerStep = { name: "adamw", lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };
const SGD: OptimizerStep = { name: "sgd", lr: 1e-2, momentum: 0.9, weightDecay: 1e-2 };

/** Runs `work` with a fresh engine in halves, scaling the loss by `scale`, or as a run begins. */
async function withEngine<Result>(
  work: (engine: Engine, start: EngineSnapshot) => Promise<Result>,
  scale?: number,
  options: Pick<EngineOptions, "averages" | "filmsPerPass"> = {},
): Promise<Result> {
  const engine = createFusedEngine({ arch: "densenet-mini", classes: 1, arithmetic: "f16", ...options }, 7);
  try {
    const start = await engine.snapshot();
    if (scale !== undefined) engine.restore({ ...start, lossScale: { scale, goodSteps: 5, refusedSteps: 0 } });
    return await work(engine, start);
  } finally {
    engine.dispose();
  }
}

/** Parameters alone: running statistics move whether or not a step is taken. */
const parametersOf = (model: NamedArrays) => [...model].filter(([name]) => /\.(weight|bias)$/.test(name));

/** The average has no count of batches of its own. */
const uncounted = (average: NamedArrays) => [...average].filter(([name]) => !name.endsWith(".num_batches_tracked"));

async function readGradients(engine: Engine, step: OptimizerStep): Promise<NamedArrays> {
  let gradients: NamedArrays = new Map();
  await engine.trainStep(LARGER, step, (seen) => {
    gradients = seen.gradients;
  });
  return gradients;
}

/** The distance of all of `got` over the norm of all of `want`. */
function distance(got: NamedArrays, want: NamedArrays): number {
  const all = (arrays: NamedArrays) => [...arrays.values()].flatMap(({ data }) => [...data]);
  const wanted = all(want);
  return Math.hypot(...all(got).map((one, at) => one - (wanted[at] ?? Number.NaN))) / Math.hypot(...wanted);
}

/** Halves hold gradients scaled by this, here. */
const HELD = 2 ** 12;
/** Beyond what any gradient leaves room for. */
const TOO_LARGE = 2 ** 24;

describe.skipIf(!hasHalves)("a step in halves", { timeout: 600_000 }, () => {
  it.each([ADAMW, SGD, { ...ADAMW, clipNorm: 0.1 }])("of $name follows gradients of the loss itself", async (step) => {
    const floats = createFusedEngine({ arch: "densenet-mini", classes: 1 }, 7);
    const want = await readGradients(floats, step);
    const { model: moved } = await floats.snapshot();
    floats.dispose();
    await withEngine(async (engine) => {
      // Of films of noise halves turn ReLUs over, whose gradients move with them: storing activations in halves moves them by a sixth.
      expect(distance(await readGradients(engine, step), want)).toBeLessThan(0.25);
      const { model, lossScale } = await engine.snapshot();
      expect(distance(new Map(parametersOf(model)), new Map(parametersOf(moved)))).toBeLessThan(0.02);
      expect(lossScale).toEqual({ scale: HELD, goodSteps: 6, refusedSteps: 0 });
    }, HELD);
  });

  it("does not depend on the scale, where halves hold what is scaled by it", async () => {
    const gradients = (scale: number) => withEngine((engine) => readGradients(engine, ADAMW), scale);
    expect(distance(await gradients(2 ** 12), await gradients(2 ** 14))).toBeLessThan(1e-3);
  });

  it("is not taken where the scale is too large for halves, and the scale becomes smaller until it is", async () => {
    await withEngine(async (engine, start) => {
      const loss = await engine.trainStep(BATCH, ADAMW);
      expect(Number.isFinite(loss)).toBe(true);
      const refused = await engine.snapshot();
      expect(refused.lossScale).toEqual({ scale: TOO_LARGE / 2, goodSteps: 0, refusedSteps: 1 });
      expect(parametersOf(refused.model)).toEqual(parametersOf(start.model));
      expect(refused.optimizerSteps).toBe(0);
      for (let step = 0; step < 12; step++) await engine.trainStep(BATCH, ADAMW);
      const taken = await engine.snapshot();
      expect(taken.lossScale?.goodSteps).toBe(taken.optimizerSteps);
      expect(taken.optimizerSteps).toBeGreaterThan(0);
      expect(
        parametersOf(taken.model)
          .flatMap(([, { data }]) => [...data])
          .every(Number.isFinite),
      ).toBe(true);
    }, TOO_LARGE);
  });

  it("begins moments anew where it should, even if it is not taken itself", async () => {
    await withEngine(async (engine) => {
      await engine.trainStep(BATCH, ADAMW);
      const before = await engine.snapshot();
      expect(before.optimizerSteps).toBe(1);
      const takeSteps = async (from: EngineSnapshot, first: OptimizerStep) => {
        engine.restore({ ...from, lossScale: { scale: TOO_LARGE, goodSteps: 0, refusedSteps: 0 } });
        await engine.trainStep(BATCH, first);
        expect((await engine.snapshot()).optimizerSteps).toBe(0);
        for (let step = 0; step < 12; step++) await engine.trainStep(BATCH, ADAMW);
        return engine.snapshot();
      };
      const restarted = await takeSteps(before, { ...ADAMW, restarts: true });
      expect(restarted.optimizerSteps).toBeGreaterThan(0);
      expect(restarted).toEqual(await takeSteps({ ...before, optimizer: new Map(), optimizerSteps: 0 }, ADAMW));
    }, HELD);
  });

  it("is taken of all of a batch's passes or of none, and the moving average goes with it", async () => {
    const step = { ...ADAMW, averageDecay: 0.5 };
    const options = { averages: true, filmsPerPass: 2 };
    await withEngine(
      async (engine, start) => {
        await engine.trainStep(BATCH, step);
        const refused = await engine.snapshot();
        expect(refused.lossScale).toEqual({ scale: TOO_LARGE / 2, goodSteps: 0, refusedSteps: 1 });
        expect(parametersOf(refused.model)).toEqual(parametersOf(start.model));
        expect(uncounted(refused.average)).toEqual(uncounted(start.average));
        engine.restore({ ...refused, lossScale: { scale: HELD, goodSteps: 0, refusedSteps: 1 } });
        await engine.trainStep(BATCH, step);
        const taken = await engine.snapshot();
        expect(taken.lossScale).toEqual({ scale: HELD, goodSteps: 1, refusedSteps: 1 });
        expect(taken.optimizerSteps).toBe(1);
        expect(uncounted(taken.average)).not.toEqual(uncounted(start.average));
      },
      TOO_LARGE,
      options,
    );
  });

  it("goes on from a snapshot to the bit, its scale included", async () => {
    const straight = await withEngine(async (engine) => {
      for (let step = 0; step < 3; step++) await engine.trainStep(BATCH, ADAMW);
      return engine.snapshot();
    });
    const halfway = await withEngine(async (engine) => {
      await engine.trainStep(BATCH, ADAMW);
      return engine.snapshot();
    });
    const resumed = await withEngine(async (engine) => {
      engine.restore(halfway);
      for (let step = 0; step < 2; step++) await engine.trainStep(BATCH, ADAMW);
      return engine.snapshot();
    });
    expect(resumed).toEqual(straight);
  });

  it("shows gradients that are not finite where the loss is not scaled, as a step in floats does", async () => {
    await withEngine(async (engine, start) => {
      const broken = new Map(start.model);
      const weight = broken.get("classifier.weight");
      broken.set("classifier.weight", {
        shape: weight?.shape ?? [],
        data: new Float32Array(weight?.data.length ?? 0).fill(1e30),
      });
      engine.restore({ ...start, model: broken, lossScale: { scale: 1, goodSteps: 0, refusedSteps: 0 } });
      await engine.trainStep(BATCH, ADAMW);
      const { model } = await engine.snapshot();
      expect(
        parametersOf(model)
          .flatMap(([, { data }]) => [...data])
          .every(Number.isFinite),
      ).toBe(false);
    });
  });
});
