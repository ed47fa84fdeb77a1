// What the fused engine adds to an engine: passes, slices, tilings, half-width activations. What all engines have in common
// stands in engine.test.ts, and torchvision's numbers in golden.test.ts.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { cutPasses } from "../protocol/passes";
import { CHANNEL_MOMENTS } from "../protocol/settings";
import { getGpu } from "./backend";
import { type Batch, countKnown, type EngineOptions, type NamedArrays, type OptimizerStep, UNKNOWN } from "./engine";
import { createFusedEngine } from "./fusedEngine";
import { showFilm } from "./moveFilms";
import { createRandom } from "./random";
import { createStockEngine } from "./stockEngine";
import { makeFilms } from "./testFilms";

openTestGpu();

const SIZE = 64;
const MINI: EngineOptions = { arch: "densenet-mini", classes: 1 };
const FASTAI: EngineOptions = { ...MINI, head: "fastai" };
const adamw: OptimizerStep = { name: "adamw", lr: 1e-3, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };

interface Seen {
  loss: number;
  logits: Float32Array;
  gradients: NamedArrays;
  predicted: Float32Array;
}

/** A prediction and a step of the fused engine with its adapter's report changed. */
async function look(
  options: EngineOptions,
  batch: Batch,
  changes: Partial<ReturnType<typeof getGpu>["report"]> = {},
): Promise<Seen> {
  const { device, report } = getGpu();
  const engine = createFusedEngine(options, 7, { device, report: { ...report, ...changes } });
  const predicted = await engine.predict(batch);
  let seen: Omit<Seen, "loss" | "predicted"> = { logits: new Float32Array(), gradients: new Map() };
  const loss = await engine.trainStep(batch, adamw, (step) => {
    seen = step;
  });
  engine.dispose();
  return { ...seen, loss, predicted };
}

/**
 * The largest distance over norm of any array; those whose gradient is next to zero but for rounding are left out: of a norm whose scale and
 * shift the next BatchNorm takes off again.
 */
function farthest(got: NamedArrays, want: NamedArrays): number {
  const takenOff = want.has("head.2.weight") ? /^features\.norm[05]\./ : /^features\.norm0\./;
  const distances = [...want].map(([name, { data }]) => {
    const other = got.get(name)?.data ?? new Float32Array();
    return Math.hypot(...data.map((value, at) => value - (other[at] ?? Number.NaN))) / Math.hypot(...data);
  });
  return Math.max(...distances.filter((_, at) => !takenOff.test([...want.keys()][at] ?? "")));
}

it("computes bottlenecks again to the bit", async () => {
  const batch = makeFilms(3);
  expect(await look({ ...MINI, bottlenecks: "keep" }, batch)).toEqual(await look({ ...MINI, bottlenecks: "recompute" }, batch));
});

it.each([
  ["densenet-mini", "f32", "linear"],
  ["densenet-mini", "f16", "fastai"],
  ["densenet121", "f32", "linear"],
] as const)("gives the same bits twice: %s, activations in %s, %s head", async (arch, activations, head) => {
  const run = async () => {
    const engine = createFusedEngine({ ...MINI, arch, activations, head }, 7);
    const losses = [];
    for (let step = 0; step < 3; step++) {
      losses.push(await engine.trainStep({ ...makeFilms(2, 32), random: createRandom(1, "dropout", step) }, adamw));
    }
    const { model, optimizer } = await engine.snapshot();
    engine.dispose();
    const digests = [...model, ...optimizer].map(([name, { data }]) => [name, createHash("sha256").update(data).digest("hex")]);
    return { losses, digests };
  };
  const first = await run();
  expect(new Set(first.losses).size).toBe(3);
  expect(await run()).toEqual(first);
});

it.each([MINI, FASTAI])("cuts a batch into slices where the adapter binds less at once: %o", async (options) => {
  const batch = makeFilms(5);
  const whole = await look(options, batch);
  // The largest array of a film is its image: two films a slice, and one in the last.
  const sliced = await look(options, batch, { maxBindingBytes: 2.5 * SIZE * SIZE * 16 });
  expect(Math.abs(sliced.loss / whole.loss - 1)).toBeLessThan(1e-5);
  expect(farthest(sliced.gradients, whole.gradients)).toBeLessThan(1e-4);
  sliced.predicted.forEach((logit, film) => {
    expect(logit).toBeCloseTo(whole.predicted[film] ?? Number.NaN, 5);
  });
  expect(sliced.gradients).not.toEqual(whole.gradients);
});

it("blends films across slices and passes, each with the move of its own", async () => {
  const options: EngineOptions = { ...MINI, blends: true };
  const random = createRandom(2, "augment");
  const shift = () => [1, 0, random.int(9) - 4, 0, 0, 1, random.int(9) - 4, 0, random.normal() / 9, 1, 0, 0];
  const batch: Batch = {
    ...makeFilms(5),
    moves: Float32Array.from(Array.from({ length: 5 }, shift).flat()),
    blend: { partners: Uint32Array.of(4, 3, 1, 0, 2), shares: Float32Array.of(0.5, 0.6, 0.7, 0.8, 0.9) },
  };
  const whole = await look(options, batch);
  const sliced = await look(options, batch, { maxBindingBytes: 2.5 * SIZE * SIZE * 16 });
  expect(Math.abs(sliced.loss / whole.loss - 1)).toBeLessThan(1e-5);
  expect(farthest(sliced.gradients, whole.gradients)).toBeLessThan(1e-4);

  // Two passes, of two films and of three, by what each film should look like.
  const passes = await look({ ...options, filmsPerPass: 3 }, batch);
  const data = Array.from({ length: 5 }, (_, film) => {
    const greys = showFilm(batch, film);
    return CHANNEL_MOMENTS.imagenet.mean.flatMap((mean, channel) =>
      Array.from(greys, (grey) => (grey - mean) / CHANNEL_MOMENTS.imagenet.std[channel]!),
    );
  });
  const images = { kind: "normalised", data: Float32Array.from(data.flat()), size: SIZE } as const;
  const shown = await look({ ...MINI, filmsPerPass: 3 }, { count: 5, images, targets: batch.targets });
  expect(Math.abs(passes.loss / shown.loss - 1)).toBeLessThan(1e-5);
  passes.logits.forEach((logit, film) => {
    expect(logit).toBeCloseTo(shown.logits[film] ?? Number.NaN, 4);
  });
});

it("shares tiles in workgroup memory as graphics cards want it, with the same numbers", async () => {
  const batch = makeFilms(5, 70);
  const direct = await look(MINI, batch, { isSoftware: true });
  const tiled = await look(MINI, batch, { isSoftware: false });
  expect(Math.abs(tiled.loss / direct.loss - 1)).toBeLessThan(1e-6);
  expect(farthest(tiled.gradients, direct.gradients)).toBeLessThan(1e-4);
  tiled.predicted.forEach((logit, film) => {
    expect(logit).toBeCloseTo(direct.predicted[film] ?? Number.NaN, 5);
  });
});

it.for([MINI, FASTAI])(
  "puts parts together by subgroups, with the same numbers and each time the same bits: %o",
  async (options, { skip }) => {
    skip(!getGpu().device.features.has("subgroups"), "The driver has no subgroups");
    const batch = makeFilms(5);
    const plain = await look(options, batch);
    const joined = await look({ ...options, subgroups: true }, batch);
    expect(await look({ ...options, subgroups: true }, batch)).toEqual(joined);
    expect(Math.abs(joined.loss / plain.loss - 1)).toBeLessThan(1e-5);
    expect(farthest(joined.gradients, plain.gradients)).toBeLessThan(1e-4);
    expect(joined.gradients).not.toEqual(plain.gradients);
  },
);

describe("passes within a batch", () => {
  it("are as even as they can be", () => {
    expect(cutPasses(16, 0)).toEqual([16]);
    expect(cutPasses(16, undefined)).toEqual([16]);
    expect(cutPasses(16, 4)).toEqual([4, 4, 4, 4]);
    expect(cutPasses(9, 4)).toEqual([3, 3, 3]);
    expect(cutPasses(5, 4)).toEqual([2, 3]);
    expect(cutPasses(3, 64)).toEqual([3]);
  });

  it("leave no small film alone", async () => {
    const engine = createFusedEngine({ ...MINI, filmsPerPass: 2 }, 0);
    await expect(engine.trainStep(makeFilms(3, 32), adamw)).rejects.toMatchObject({ code: "badSettings", at: "Films per pass" });
    expect(Number.isFinite(await engine.trainStep(makeFilms(4, 32), adamw))).toBe(true);
    engine.dispose();
  });

  it.each([
    ["one target", 1, [0, 1, 0, 1]],
    ["two, unknown here and there", 2, [0, 1, 1, 1, UNKNOWN, UNKNOWN, UNKNOWN, 0]],
    ["two, in one pass all unknown", 2, [0, 1, 1, 1, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]],
  ])("add up to the gradients of the mean loss, each pass normalised by itself: %s", async (_, classes, targets) => {
    const options = { ...MINI, classes, positiveWeights: [2, 0.5].slice(0, classes) };
    const batch = { ...makeFilms(4), targets: Float32Array.from(targets) };
    const together = await look({ ...options, filmsPerPass: 2 }, batch);
    const half = (from: number): Batch => ({
      count: 2,
      images: {
        kind: "films",
        data: (batch.images.data as Uint8Array).slice(from * SIZE * SIZE, (from + 2) * SIZE * SIZE),
        size: SIZE,
      },
      targets: batch.targets.slice(from * classes, (from + 2) * classes),
    });
    const [first, second] = [await look(options, half(0)), await look(options, half(2))];
    const shares = [half(0), half(2)].map((one) => countKnown(one) / countKnown(batch));
    const join = (a: number, b = Number.NaN) => a * (shares[0] ?? 0) + b * (shares[1] ?? 0);
    expect(together.loss).toBeCloseTo(join(first.loss, second.loss), 6);
    const mean: NamedArrays = new Map(
      [...first.gradients].map(([name, { shape, data }]) => {
        const other = second.gradients.get(name)?.data ?? new Float32Array();
        return [name, { shape, data: data.map((value, at) => join(value, other[at])) }];
      }),
    );
    expect(farthest(together.gradients, mean)).toBeLessThan(1e-5);
    expect([...together.logits]).toEqual([...first.logits, ...second.logits]);
  });
});

it("drops in each pass what the batch's generator says of its films", async () => {
  const [one, two] = [makeFilms(2), makeFilms(2)].map(({ images }) => images.data as Uint8Array) as [Uint8Array, Uint8Array];
  const twice: Batch = {
    count: 4,
    images: { kind: "films", data: Uint8Array.from([...one, ...two]), size: SIZE },
    targets: Float32Array.of(0, 1, 0, 1),
  };
  const logitsOf = async (batch: Batch) => {
    const { logits } = await look({ ...FASTAI, filmsPerPass: 2 }, batch);
    return [logits.subarray(0, 2), logits.subarray(2)];
  };
  const [first, second] = await logitsOf(twice);
  expect(first).toEqual(second);
  const [dropped, otherwise] = await logitsOf({ ...twice, random: createRandom(1, "dropout") });
  expect(dropped).not.toEqual(otherwise);
  expect(dropped).not.toEqual(first);
});

// Halves are bounded at 65504, but what is not finite stays so.
it.each([1e8, 1e30])("shows a run that a rate of %f has wrecked, with activations in halves too", async (lr) => {
  const engine = createFusedEngine({ ...MINI, activations: "f16" }, 7);
  const wild: OptimizerStep = { name: "sgd", lr, momentum: 0.9, weightDecay: 1e-2 };
  const losses = [];
  for (let step = 0; step < 3; step++) losses.push(await engine.trainStep(makeFilms(4), wild));
  expect(losses[0]).toBeLessThan(2);
  expect(losses[2]).toBeNaN();
  expect([...(await engine.predict(makeFilms(4)))]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  engine.dispose();
});

it("makes nothing ready within a first step that it was prepared for, though that is clipped and freezes the body", async () => {
  const { device } = getGpu();
  const first: OptimizerStep = { ...adamw, frozenGroups: 2, clipNorm: 1, groupFactors: [0.01, 0.1, 1] };
  const made: string[] = [];
  const real = device.createBindGroup.bind(device);
  device.createBindGroup = (descriptor) => {
    made.push(when);
    return real(descriptor);
  };
  let when = "prepare";
  const engine = createFusedEngine(MINI, 0);
  try {
    await engine.prepare({ count: 4, size: SIZE }, "training", { first });
    when = "first step";
    await engine.trainStep(makeFilms(4), first);
  } finally {
    device.createBindGroup = real;
    engine.dispose();
  }
  expect(made.filter((at) => at === "prepare").length).toBeGreaterThan(0);
  expect(made.filter((at) => at === "first step")).toEqual([]);
});

it("says so where the card cannot give the memory, and goes on with less", async () => {
  const engine = createFusedEngine(MINI, 0);
  // One film of 40,000 pixels a side would need 25 GB in one buffer.
  await expect(engine.prepare({ count: 1, size: 40_000 }, "training")).rejects.toMatchObject({ code: "outOfGpuMemory" });
  expect(Number.isFinite(await engine.trainStep(makeFilms(2), adamw))).toBe(true);
  engine.dispose();
});

it("computes bottlenecks again where the card refuses what keeping them takes, with the same bits", async () => {
  const batch = makeFilms(3);
  const { device, report } = getGpu();
  const refused: string[] = [];
  const real = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    if (descriptor.label !== "bottlenecks") return real(descriptor);
    refused.push(descriptor.label);
    throw new RangeError("no memory");
  };
  try {
    const engine = createFusedEngine({ ...MINI, budgetBytes: 2 ** 30 }, 7, { device, report });
    await engine.trainStep(batch, adamw);
    const tight = await engine.snapshot();
    engine.dispose();
    device.createBuffer = real;
    const roomy = createFusedEngine({ ...MINI, budgetBytes: 2 ** 30 }, 7, { device, report });
    await roomy.trainStep(batch, adamw);
    expect(await roomy.snapshot()).toEqual(tight);
    roomy.dispose();
  } finally {
    device.createBuffer = real;
  }
  expect(refused.length).toBeGreaterThan(0);
});

it("sees a smaller batch after a larger one as if it came first, though it is cut into more parts", async () => {
  const [three, two] = [makeFilms(3), makeFilms(2)];
  const engine = createFusedEngine(MINI, 7);
  await engine.prepare({ count: 3, size: SIZE }, "training");
  const start = await engine.snapshot();
  await engine.trainStep(three, adamw);
  engine.restore(start);
  await engine.trainStep(two, adamw);
  const after = await engine.snapshot();
  engine.dispose();
  const fresh = createFusedEngine(MINI, 7);
  await fresh.trainStep(two, adamw);
  expect(await fresh.snapshot()).toEqual(after);
  fresh.dispose();
});

it("takes no memory for kept bottlenecks where it only predicts, and no more where it also trains", async () => {
  const open = (bottlenecks: "keep" | "recompute") => createFusedEngine({ ...MINI, bottlenecks }, 7);
  const [keeping, computing] = [open("keep"), open("recompute")];
  await keeping.predict(makeFilms(8));
  await computing.predict(makeFilms(8));
  expect(keeping.memory()).toEqual(computing.memory());
  await keeping.trainStep(makeFilms(8), adamw);
  const training = keeping.memory();
  await keeping.predict(makeFilms(8));
  await keeping.trainStep(makeFilms(8), adamw);
  expect(keeping.memory().tensors).toBe(training.tensors);
  keeping.dispose();
  computing.dispose();
});

it.each([
  [MINI, 2],
  // Of two rows BatchNorm leaves nothing but their signs.
  [FASTAI, 4],
] as const)("agrees with the stock engine on images of an odd side: %o", async (options, count) => {
  const batch = makeFilms(count, 75);
  const ours = await look(options, batch);
  const stock = createStockEngine(options, 7);
  const predicted = await stock.predict(batch);
  let gradients: NamedArrays = new Map();
  await stock.trainStep(batch, adamw, (seen) => {
    gradients = seen.gradients;
  });
  stock.dispose();
  ours.predicted.forEach((logit, film) => {
    expect(logit).toBeCloseTo(predicted[film] ?? Number.NaN, 4);
  });
  expect(farthest(ours.gradients, gradients)).toBeLessThan(1e-3);
});

it.each([
  ["Arithmetic", "shader-f16", { arithmetic: "f16" }],
  ["Subgroups", "subgroups", { subgroups: true }],
] as const)("refuses %s on a device without %s, and names the way out", (name, feature, options) => {
  const { device, report } = getGpu();
  const without = new Proxy(device, {
    get: (target, key) => (key === "features" ? new Set() : Reflect.get(target, key)),
  });
  const open = () => createFusedEngine({ ...MINI, ...options }, 7, { device: without, report });
  expect(open).toThrow(expect.objectContaining({ code: "featureOff", at: name, message: expect.stringContaining(feature) }));
});
