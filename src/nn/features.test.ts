// What an engine gives Grad-CAM, and the maps that come of it against torch's autograd (golden/grad_cam.py).
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { ENGINES, HEADS } from "../protocol/settings";
import { getGpu } from "./backend";
import { createEngine } from "./createEngine";
import { DENSENETS, listArrays } from "./densenet";
import { type Batch, beforeTraining, type Engine, type EngineOptions, type OptimizerStep } from "./engine";
import { createFusedEngine } from "./fusedEngine";
import { makeBatch, relative } from "./golden/compare";
import { modelByFormula } from "./golden/formula";
import golden from "./golden/gradCam.json";
import { gradCam } from "./gradCam";
import { makeFilms } from "./testFilms";

openTestGpu();

const { count, size, classes } = golden;
const MINI: EngineOptions = { arch: "densenet-mini", classes };
const films = makeFilms(5);

function restored(engine: Engine): Engine {
  const { arch, head } = engine.options;
  engine.restore(beforeTraining(modelByFormula(listArrays(DENSENETS[arch], classes, head))));
  return engine;
}

async function explain(engine: Engine, batch: Batch, target: number): Promise<Float32Array> {
  const { model } = await engine.snapshot();
  return gradCam(await engine.features(batch), model, target);
}

describe.each(ENGINES)("the %s engine", (name) => {
  it.each(golden.cases)("gives torch's Grad-CAM with the $head head", async ({ head: wanted, target, side, maps }) => {
    const head = HEADS.find((known) => known === wanted)!;
    const engine = restored(createEngine(name, { ...MINI, head }, 0));
    const batch = makeBatch(MINI.arch, count, size);
    expect(await engine.features(batch)).toMatchObject({ side, channels: 28 });
    expect(relative(await explain(engine, batch, target), maps)).toBeLessThan(1e-4);
    engine.dispose();
  });

  it("holds as many tensors and GPU bytes after two explanations as after one", async () => {
    const engine = createEngine(name, MINI, 0);
    await engine.features(films);
    const once = engine.memory();
    await engine.features(films);
    expect(engine.memory()).toEqual(once);
    expect(once.gpuBytes).toBeGreaterThan(0);
    engine.dispose();
  });

  it("goes by the moving average, as a prediction does", async () => {
    const engine = createEngine(name, { ...MINI, averages: true }, 0);
    const still = { name: "sgd", lr: 0.5, momentum: 0, weightDecay: 0, averageDecay: 1 } as const satisfies OptimizerStep;
    const before = await engine.features(films);
    await engine.trainStep({ ...films, targets: new Float32Array(films.count * classes) }, still);
    expect(await engine.features(films)).toEqual(before);
    engine.dispose();
  });
});

describe("the fused engine's features", () => {
  const open = (options: Partial<EngineOptions>, maxBindingBytes?: number) => {
    const { device, report } = getGpu();
    const bound = maxBindingBytes ?? report.maxBindingBytes;
    return restored(createFusedEngine({ ...MINI, ...options }, 0, { device, report: { ...report, maxBindingBytes: bound } }));
  };

  it.each([
    ["passes", { filmsPerPass: 2 }],
    // The largest array of a film is its image: two films a slice, and one in the last.
    ["slices", {}, 2.5 * 64 * 64 * 16],
  ] as const)("are the same of a batch that is cut into %s", async (_, options, maxBindingBytes?) => {
    const [whole, cut] = [open({}), open(options, maxBindingBytes)];
    const want = await whole.features(films);
    const got = await cut.features(films);
    expect(want.data.length).toBe(5 * 2 * 2 * 28);
    expect(relative(got.data, [...want.data])).toBeLessThan(1e-5);
    whole.dispose();
    cut.dispose();
  });

  it("are near to it with activations in halves", async () => {
    const [whole, halves] = [open({}), open({ activations: "f16" })];
    const want = await whole.features(films);
    const distance = relative((await halves.features(films)).data, [...want.data]);
    expect(distance).toBeLessThan(1e-2);
    expect(distance).toBeGreaterThan(1e-5);
    whole.dispose();
    halves.dispose();
  });
});
