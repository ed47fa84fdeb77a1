// Steps that change a part of the network: layer groups, what is frozen, decay, clipping, the moving average, and moments begun anew; of both
// engines, against PyTorch (golden/scope.py), and to the bit where nothing is to be computed at all.
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { ENGINES } from "../protocol/settings";
import { createEngine } from "./createEngine";
import { DENSENETS, listArrays } from "./densenet";
import {
  type Batch,
  beforeTraining,
  type Engine,
  type EngineOptions,
  type NamedArrays,
  type OptimizerRule,
  type OptimizerStep,
} from "./engine";
import { FIGURES, makeBatch, spread } from "./golden/compare";
import { modelByFormula } from "./golden/formula";
import golden from "./golden/scope.json";
import { layerGroupOf } from "./layerGroups";

openTestGpu();

const MINI: EngineOptions = { arch: "densenet-mini", classes: 1 };
const arrays = listArrays(DENSENETS["densenet-mini"], 1);
const adamw: OptimizerRule = { name: "adamw", lr: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };
const SIZE = 32;
const films: Batch = {
  count: 4,
  images: {
    kind: "films",
    data: Uint8Array.from({ length: 4 * SIZE * SIZE }, (_, at) => (at * 31 + (at >> 5) * 17) % 256),
    size: SIZE,
  },
  targets: Float32Array.of(0, 1, 1, 0),
};

const isWeight = (name: string) => arrays.some((array) => array.name === name && /convolution|linearWeight/.test(array.role));
const isStatistic = (name: string) => /running_|num_batches/.test(name);

/** Names of arrays that differ. */
const changed = (before: NamedArrays, after: NamedArrays) =>
  [...before.keys()].filter(
    (name) => !Buffer.from(before.get(name)!.data.buffer).equals(Buffer.from(after.get(name)!.data.buffer)),
  );

async function see(engine: Engine, step: OptimizerStep): Promise<NamedArrays> {
  let gradients: NamedArrays = new Map();
  await engine.trainStep(films, step, (seen) => {
    gradients = seen.gradients;
  });
  return gradients;
}

const normOf = (gradients: NamedArrays) => Math.hypot(...Array.from(gradients.values(), ({ data }) => Math.hypot(...data)));

describe.each(ENGINES)("the %s engine", (kind) => {
  const open = (changes: Partial<EngineOptions> = {}) => createEngine(kind, { ...MINI, ...changes }, 5);

  it.each(golden.cases)(
    "takes three steps of $optimizer.name as PyTorch does",
    async ({ optimizer, losses, torchFloat32, ...want }) => {
      const { arch, count, size, targets, scope } = golden;
      const engine = open({ averages: true });
      engine.restore(beforeTraining(modelByFormula(arrays)));
      const [beta1 = 0, beta2 = 0] = optimizer.betas ?? [];
      const { lr, weightDecay, eps = 0, momentum = 0 } = optimizer;
      const rule: OptimizerRule =
        optimizer.name === "adamw"
          ? { name: "adamw", lr, beta1, beta2, eps, weightDecay }
          : { name: "sgd", lr, momentum, weightDecay };
      let trained: string[] = [];
      for (const loss of losses) {
        const got = await engine.trainStep(makeBatch(arch, count, size, targets), { ...rule, ...scope }, ({ gradients }) => {
          trained = [...gradients.keys()];
          expect(normOf(gradients)).toBeCloseTo(scope.clipNorm, 5);
        });
        expect(Math.abs(got / loss - 1)).toBeLessThan(1e-5);
      }
      expect(trained).toEqual(want.trained);
      const { model, average } = await engine.snapshot();
      for (const [what, arrays, summaries] of [
        ["state", model, want.state],
        ["average", average, want.average],
      ] as const) {
        const ours = spread(arrays, summaries);
        for (const figure of FIGURES) {
          expect(ours[figure], `${figure} of the ${what}`).toBeLessThan(3 * torchFloat32[what][figure]);
        }
      }
      engine.dispose();
    },
  );

  it("leaves frozen convolutions and their moments untouched, while all BatchNorms learn and see", async () => {
    const engine = open();
    await engine.trainStep(films, adamw);
    const before = await engine.snapshot();
    await engine.trainStep(films, { ...adamw, frozenGroups: 2 });
    const after = await engine.snapshot();
    engine.dispose();
    const frozen = (name: string) => isWeight(name) && layerGroupOf(name) < 2;
    const names = [...before.model.keys()];
    expect(changed(before.model, after.model)).toEqual(names.filter((name) => !frozen(name)));
    const parameters = names.filter((name) => !isStatistic(name) && !frozen(name));
    expect(changed(before.optimizer, after.optimizer).sort()).toEqual(
      ["exp_avg", "exp_avg_sq"].flatMap((moment) => parameters.map((name) => `${moment}.${name}`)).sort(),
    );
  });

  it("gives all that is trained the gradients it has where nothing is frozen", async () => {
    const [whole, part] = [open(), open()];
    const all = await see(whole, adamw);
    const some = await see(part, { ...adamw, frozenGroups: 2 });
    expect(some.size).toBeLessThan(all.size);
    for (const [name, { data }] of some) expect(data, name).toEqual(all.get(name)?.data);
    whole.dispose();
    part.dispose();
  });

  it("takes the same step, to the bit, where every group has the rate of all and nothing is clipped", async () => {
    const [plain, scoped] = [open(), open()];
    await plain.trainStep(films, adamw);
    await scoped.trainStep(films, { ...adamw, groupFactors: [1, 1, 1], frozenGroups: 0, decaysNorms: true, clipNorm: 1e6 });
    expect(await scoped.snapshot()).toEqual(await plain.snapshot());
    plain.dispose();
    scoped.dispose();
  });

  it("decays weights alone where norms do not decay", async () => {
    const [some, none] = [open(), open()];
    await some.trainStep(films, { ...adamw, decaysNorms: false });
    await none.trainStep(films, { ...adamw, weightDecay: 0 });
    const names = arrays.map(({ name }) => name);
    expect(changed((await none.snapshot()).model, (await some.snapshot()).model)).toEqual(names.filter(isWeight));
    some.dispose();
    none.dispose();
  });

  it("clips by the norm of what is trained alone", async () => {
    const [engine, clipped] = [open(), open()];
    const scope = { frozenGroups: 2 };
    const free = await see(engine, { ...adamw, ...scope });
    const maxNorm = 0.25 * normOf(free);
    const bound = await see(clipped, { ...adamw, ...scope, clipNorm: maxNorm });
    expect(normOf(bound) / maxNorm).toBeCloseTo(1, 5);
    engine.dispose();
    clipped.dispose();
  });

  it("hides nothing where the gradient is no number", async () => {
    const engine = open();
    const { model } = await engine.snapshot();
    model.get("classifier.weight")!.data.fill(Number.NaN);
    engine.restore(beforeTraining(model));
    expect(await engine.trainStep(films, { ...adamw, clipNorm: 1 })).toBeNaN();
    const after = await engine.snapshot();
    expect(after.model.get("classifier.bias")?.data).toEqual(Float32Array.of(Number.NaN));
    engine.dispose();
  });

  it("begins its moments anew where it is told to, and only then", async () => {
    const engine = open();
    await engine.trainStep(films, adamw);
    const { model } = await engine.snapshot();
    await engine.trainStep(films, { ...adamw, restarts: true });
    const restarted = await engine.snapshot();
    expect(restarted.optimizerSteps).toBe(1);
    engine.restore(beforeTraining(model));
    await engine.trainStep(films, adamw);
    expect(await engine.snapshot()).toEqual(restarted);
    await engine.trainStep(films, adamw);
    expect((await engine.snapshot()).optimizerSteps).toBe(2);
    engine.dispose();
  });

  describe("a moving average", () => {
    const averaging: OptimizerStep = { ...adamw, averageDecay: 0.75 };

    it("begins at the model, and keeps its share of itself at each step", async () => {
      const engine = open({ averages: true });
      const { model, average } = await engine.snapshot();
      expect(average).toEqual(model);
      await engine.trainStep(films, averaging);
      const after = await engine.snapshot();
      for (const [name, { data }] of after.average) {
        if (name.endsWith("num_batches_tracked")) expect(data).toEqual(Float32Array.of(1));
        else {
          data.forEach((value, at) => {
            expect(value).toBeCloseTo(0.75 * model.get(name)!.data[at]! + 0.25 * after.model.get(name)!.data[at]!, 6);
          });
        }
      }
      expect(after.model.get("classifier.bias")).not.toEqual(model.get("classifier.bias"));
      engine.dispose();
    });

    it("predicts, and the model trains on as if it were not there", async () => {
      const [engine, alone, other] = [open({ averages: true }), open(), open()];
      for (let step = 0; step < 2; step++) {
        expect(await engine.trainStep(films, averaging)).toBe(await alone.trainStep(films, adamw));
        const { model, average } = await engine.snapshot();
        expect(model).toEqual((await alone.snapshot()).model);
        other.restore(beforeTraining(average));
        expect(await engine.predict(films)).toEqual(await other.predict(films));
        expect(await engine.predict(films)).not.toEqual(await alone.predict(films));
      }
      for (const one of [engine, alone, other]) one.dispose();
    });

    it("of another network is refused", async () => {
      const [engine, other] = [open({ averages: true }), open({ classes: 2 })];
      const snapshot = { ...(await engine.snapshot()), average: (await other.snapshot()).model };
      expect(() => engine.restore(snapshot)).toThrow(/moving average holds classifier\.weight/);
      engine.dispose();
      other.dispose();
    });

    it("has to be kept to be moved", async () => {
      const engine = open();
      await expect(engine.trainStep(films, averaging)).rejects.toThrow(/without averages/);
      engine.dispose();
    });
  });

  it("goes on from a snapshot to the bit: clipped, frozen in part, averaged, each group by its own rate", async () => {
    const { scope } = golden;
    const steps = [
      { ...adamw, ...scope },
      { ...adamw, ...scope },
      { ...adamw, ...scope, frozenGroups: 0, restarts: true },
      { ...adamw, ...scope, frozenGroups: 0 },
    ];
    const engine = open({ averages: true });
    const seen = [];
    for (const step of steps) seen.push({ loss: await engine.trainStep(films, step), after: await engine.snapshot() });
    const predicted = await engine.predict(films);
    engine.dispose();
    for (const [index, { after }] of seen.entries()) {
      const resumed = open({ averages: true });
      resumed.restore(after);
      expect(await resumed.snapshot()).toEqual(after);
      for (let next = index + 1; next < steps.length; next++) {
        expect(await resumed.trainStep(films, steps[next]!)).toBe(seen[next]?.loss);
      }
      expect(await resumed.snapshot()).toEqual(seen.at(-1)?.after);
      expect(await resumed.predict(films)).toEqual(predicted);
      resumed.dispose();
    }
  });

  it("keeps its memory level and gives all back, whatever is trained from step to step", async () => {
    const engine = open({ averages: true });
    const before = open().memory().tensors;
    const levels: { gpuBytes: number; tensors: number }[] = [];
    for (let round = 0; round < 4; round++) {
      for (const frozenGroups of [2, 0]) {
        await engine.trainStep(films, { ...adamw, ...golden.scope, frozenGroups });
        await engine.predict(films);
      }
      levels.push(engine.memory());
    }
    expect(levels[3]).toEqual(levels[1]);
    engine.dispose();
    expect(engine.memory().tensors).toBeLessThanOrEqual(before);
  });
});
