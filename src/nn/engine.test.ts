import { describe, expect, it } from "vitest";
import { openTestGpu } from "../../scripts/testGpu";
import { STILL } from "../kernels/films";
import { CHANNEL_MOMENTS, ENGINES, NORMALISATIONS, type Normalisation } from "../protocol/settings";
import { createEngine } from "./createEngine";
import { type Batch, type BatchImages, type NamedArrays, type OptimizerStep, UNKNOWN } from "./engine";
import { showFilm } from "./moveFilms";
import { createRandom } from "./random";
import { readWeights, writeWeights } from "./weights";

openTestGpu();

const SIZE = 32;
const COUNT = 4;
const pixels = Uint8Array.from({ length: COUNT * SIZE * SIZE }, (_, index) => (index * 31 + (index >> 5) * 17) % 256);
const films: Batch = {
  count: COUNT,
  images: { kind: "films", data: pixels, size: SIZE },
  targets: Float32Array.of(0, 1, 1, 0),
};
const adamw: OptimizerStep = { name: "adamw", lr: 1e-2, beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 1e-2 };
const sgd: OptimizerStep = { name: "sgd", lr: 1e-2, momentum: 0.9, weightDecay: 1e-2 };

/** What a network should see of a batch of films, by its definition. */
function normalise(batch: Batch, normalisation: Normalisation = "imagenet"): BatchImages {
  const { mean, std } = CHANNEL_MOMENTS[normalisation];
  const data = Array.from({ length: COUNT }, (_, film) => {
    const greys = showFilm(batch, film);
    return mean.flatMap((middle, channel) => Array.from(greys, (grey) => (grey - middle) / std[channel]!));
  });
  return { kind: "normalised", data: Float32Array.from(data.flat()), size: SIZE };
}

describe.each(ENGINES)("the %s engine", (name) => {
  const open = (seed = 5) => createEngine(name, { arch: "densenet-mini", classes: 1 }, seed);

  it("learns four films by heart", async () => {
    const engine = open();
    const first = await engine.trainStep(films, adamw);
    let last = first;
    for (let step = 0; step < 30; step++) last = await engine.trainStep(films, adamw);
    expect(first).toBeGreaterThan(0.5);
    expect(last).toBeLessThan(0.1);
    engine.dispose();
  });

  it("keeps tensors and GPU bytes level from step to step, and gives all back", async () => {
    const before = open().memory().tensors;
    const engine = open();
    const levels: { gpuBytes: number; tensors: number }[] = [];
    for (let step = 0; step < 6; step++) {
      await engine.trainStep(films, adamw, () => {});
      await engine.predict(films);
      await engine.snapshot();
      levels.push(engine.memory());
    }
    expect(levels[5]).toEqual(levels[2]);
    expect(levels[2]?.gpuBytes).toBeGreaterThan(0);
    engine.dispose();
    expect(engine.memory().tensors).toBe(before);
  });

  it.each(NORMALISATIONS)("sees films as bytes just as it sees them normalised: %s", async (normalisation) => {
    const engine = createEngine(name, { arch: "densenet-mini", classes: 1, normalisation }, 5);
    const fromBytes = await engine.predict(films);
    const fromFloats = await engine.predict({ ...films, images: normalise(films, normalisation) });
    // Greys up to 1024 before a first BatchNorm that divides by nothing yet: the last digits are the driver's.
    fromBytes.forEach((logit, index) => {
      expect(logit).toBeCloseTo(fromFloats[index] ?? Number.NaN, normalisation === "xrv" ? 4 : 5);
    });
    expect(new Set(fromBytes).size).toBe(COUNT);
    engine.dispose();
  });

  it("sees films moved and lit, and in training blended", async () => {
    const options = { arch: "densenet-mini", classes: 1, blends: true } as const;
    const turned = [0.98, -0.17, 1.5, 1e-3, 0.17, 0.98, -2, -2e-3, 0.3, 0.9, 0, 0];
    const moved: Batch = { ...films, moves: Float32Array.from([...turned, ...STILL, ...STILL, ...turned]) };
    const blend = { partners: Uint32Array.of(3, 0, 2, 1), shares: Float32Array.of(0.6, 0.8, 1, 0.5) };
    const see = async (batch: Batch) => {
      const engine = createEngine(name, options, 5);
      const predicted = await engine.predict(batch);
      let logits = new Float32Array();
      await engine.trainStep(batch, adamw, (seen) => {
        logits = seen.logits.slice();
      });
      engine.dispose();
      return { predicted: [...predicted], trained: [...logits] };
    };
    const close = (got: number[], want: number[]) => {
      got.forEach((logit, film) => {
        expect(logit).toBeCloseTo(want[film] ?? Number.NaN, 4);
      });
    };

    const got = await see(moved);
    const want = await see({ ...films, images: normalise(moved) });
    close(got.predicted, want.predicted);
    close(got.trained, want.trained);
    const blended = await see({ ...moved, blend });
    close(blended.trained, (await see({ ...films, images: normalise({ ...moved, blend }) })).trained);
    expect(Math.abs(blended.trained[0]! - got.trained[0]!)).toBeGreaterThan(1e-3);
  });

  describe("with unknown targets", () => {
    const K = 3;
    const see = async (targets: number[]) => {
      const engine = createEngine(name, { arch: "densenet-mini", classes: K, positiveWeights: [1, 2, 0.5] }, 5);
      let seen: { logits: Float32Array; gradients: NamedArrays } = { logits: new Float32Array(), gradients: new Map() };
      const loss = await engine.trainStep({ ...films, targets: Float32Array.from(targets) }, adamw, ({ logits, gradients }) => {
        seen = { logits: logits.slice(), gradients };
      });
      engine.dispose();
      return { ...seen, loss };
    };

    it("learns nothing of a class that no film of the batch says anything of, and the loss is the mean without it", async () => {
      const known = [0, 1, 1, 0];
      const { loss, logits, gradients } = await see(known.flatMap((target) => [target, UNKNOWN, UNKNOWN]));
      const bce = known.map((target, film) => Math.log1p(Math.exp((1 - 2 * target) * (logits[film * K] ?? Number.NaN))));
      expect(loss).toBeCloseTo(
        bce.reduce((sum, one) => sum + one / COUNT, 0),
        5,
      );
      const { data = new Float32Array() } = gradients.get("classifier.weight") ?? {};
      const rows = Array.from({ length: K }, (_, k) => data.subarray((k * data.length) / K, ((k + 1) * data.length) / K));
      expect(rows.map((row) => row.some((slope) => slope !== 0))).toEqual([true, false, false]);
    });

    it("loses nothing on a batch of which nothing is known", async () => {
      const { loss, gradients } = await see(Array(COUNT * K).fill(UNKNOWN));
      expect(loss).toBe(0);
      for (const [array, { data }] of gradients)
        expect(
          data.every((slope) => Math.abs(slope) === 0),
          array,
        ).toBe(true);
    });
  });

  it("trains by focal loss, soft targets and class weights with it", async () => {
    const focal = { gamma: 2, alpha: 0.25 };
    const [weight, targets] = [3, [0.05, 0.95, 1, 0]];
    const engine = createEngine(name, { arch: "densenet-mini", classes: 1, positiveWeights: [weight], focal }, 5);
    let seen: { logits: number[]; slope: number } = { logits: [], slope: Number.NaN };
    const loss = await engine.trainStep({ ...films, targets: Float32Array.from(targets) }, adamw, ({ logits, gradients }) => {
      seen = { logits: [...logits], slope: gradients.get("classifier.bias")?.data[0] ?? Number.NaN };
    });
    engine.dispose();
    // torchvision's sigmoid_focal_loss, with pos_weight in its cross-entropy, of both classes; the bias moves every logit alike.
    const lossAt = (bias: number) =>
      targets.reduce((sum, t, film) => {
        const p = 1 / (1 + Math.exp(-(seen.logits[film] ?? Number.NaN) - bias));
        const ofPositive = focal.alpha * (1 - p) ** focal.gamma * -weight * Math.log(p);
        const ofNegative = (1 - focal.alpha) * p ** focal.gamma * -Math.log(1 - p);
        return sum + (t * ofPositive + (1 - t) * ofNegative) / COUNT;
      }, 0);
    expect(loss).toBeCloseTo(lossAt(0), 6);
    expect(seen.slope).toBeCloseTo((lossAt(1e-4) - lossAt(-1e-4)) / 2e-4, 5);
  });

  describe("with fastai's head", () => {
    const openFastai = (seed = 5) => createEngine(name, { arch: "densenet-mini", classes: 1, head: "fastai" }, seed);
    const dropping = (step: number): Batch => ({ ...films, random: createRandom(1, "dropout", 0, step) });

    it("learns four films, though half of the hidden layer is dropped", async () => {
      const engine = openFastai();
      const lossOf = () => engine.trainStep(films, { ...adamw, lr: 0 });
      const first = await lossOf();
      for (let step = 0; step < 12; step++) await engine.trainStep(dropping(step), adamw);
      expect(await lossOf()).toBeLessThan(first / 2);
      engine.dispose();
    });

    it("drops by the batch's generator in training, and nothing in inference", async () => {
      const step = async (batch: Batch) => {
        const engine = openFastai();
        const predicted = await engine.predict(batch);
        const loss = await engine.trainStep(batch, adamw);
        engine.dispose();
        return { predicted, loss };
      };
      const [whole, first, again, other] = [
        await step(films),
        await step(dropping(1)),
        await step(dropping(1)),
        await step(dropping(2)),
      ];
      expect(again).toEqual(first);
      expect(new Set([whole.loss, first.loss, other.loss]).size).toBe(3);
      expect(first.predicted).toEqual(whole.predicted);
    });

    it("goes on from a snapshot as if uninterrupted, and predicts the same", async () => {
      const engine = openFastai();
      await engine.trainStep(dropping(0), adamw);
      const kept = await engine.snapshot();
      const predicted = await engine.predict(films);
      const loss = await engine.trainStep(dropping(1), adamw);
      const end = await engine.snapshot();
      engine.dispose();

      const file = writeWeights(kept.model, {
        arch: "densenet-mini",
        head: "fastai",
        normalisation: "imagenet",
        classes: ["Edema"],
        imageSize: SIZE,
      });
      const read = readWeights(file, "file", "densenet-mini").model;
      const resumed = openFastai(6);
      resumed.restore({ ...kept, model: read });
      expect(await resumed.predict(films)).toEqual(predicted);
      expect(await resumed.trainStep(dropping(1), adamw)).toBe(loss);
      expect(await resumed.snapshot()).toEqual(end);
      resumed.dispose();
    });

    it("refuses a single film of any size", async () => {
      const engine = openFastai();
      const one: Batch = {
        count: 1,
        images: { kind: "films", data: new Uint8Array(64 * 64), size: 64 },
        targets: Float32Array.of(1),
      };
      await expect(engine.trainStep(one, adamw)).rejects.toThrow(/fastai's head a single value: choose 2 films or more/);
      expect((await engine.predict(one)).length).toBe(1);
      engine.dispose();
    });
  });

  describe("a snapshot", () => {
    it.each([adamw, sgd])("with $name restores bit for bit, and the run goes on as if uninterrupted", async (step) => {
      const engine = open();
      await engine.trainStep(films, step);
      const kept = await engine.snapshot();
      expect(kept.optimizerSteps).toBe(1);
      const losses = [await engine.trainStep(films, step), await engine.trainStep(films, step)];
      const end = await engine.snapshot();
      engine.dispose();

      const resumed = open(6);
      resumed.restore(kept);
      expect(await resumed.snapshot()).toEqual(kept);
      expect([await resumed.trainStep(films, step), await resumed.trainStep(films, step)]).toEqual(losses);
      expect(await resumed.snapshot()).toEqual(end);
      resumed.dispose();
    });

    it("holds torchvision's names in order and counts batches", async () => {
      const engine = open();
      expect((await engine.snapshot()).optimizer.size).toBe(0);
      await engine.trainStep(films, adamw);
      const { model, optimizer } = await engine.snapshot();
      expect([...model.keys()].slice(0, 6)).toEqual([
        "features.conv0.weight",
        "features.norm0.weight",
        "features.norm0.bias",
        "features.norm0.running_mean",
        "features.norm0.running_var",
        "features.norm0.num_batches_tracked",
      ]);
      expect(model.get("features.norm0.num_batches_tracked")).toEqual({ shape: [], data: Float32Array.of(1) });
      expect(optimizer.get("exp_avg.classifier.bias")?.shape).toEqual([1]);
      expect(optimizer.get("exp_avg_sq.features.conv0.weight")?.shape).toEqual([8, 3, 7, 7]);
      engine.dispose();
    });

    it("of another network is refused, and nothing changes", async () => {
      const engine = open();
      const before = await engine.snapshot();
      const other = createEngine(name, { arch: "densenet-mini", classes: 2 }, 0);
      const snapshot = await other.snapshot();
      expect(() => engine.restore(snapshot)).toThrow(/classifier\.weight with shape \[2, 28\], but \[1, 28\] is needed/);
      expect(await engine.snapshot()).toEqual(before);
      engine.dispose();
      other.dispose();
    });
  });

  describe("a batch that BatchNorm cannot use is refused in a sentence", () => {
    it("films below 32 pixels", async () => {
      const engine = open();
      const tiny: Batch = { ...films, images: { kind: "films", data: pixels.slice(0, COUNT * 16 * 16), size: 16 } };
      await expect(engine.trainStep(tiny, adamw)).rejects.toThrow(/16 pixels are too small/);
      engine.dispose();
    });

    it("a single small film", async () => {
      const engine = open();
      const one: Batch = {
        count: 1,
        images: { kind: "films", data: pixels.slice(0, SIZE * SIZE), size: SIZE },
        targets: Float32Array.of(1),
      };
      await expect(engine.trainStep(one, adamw)).rejects.toThrow(/2 films or more/);
      engine.dispose();
    });
  });

  it("passes a loss that is not finite on as it is", async () => {
    const engine = open();
    const wild: OptimizerStep = { ...sgd, lr: 1e30 };
    await engine.trainStep(films, wild);
    expect(Number.isFinite(await engine.trainStep(films, wild))).toBe(false);
    engine.dispose();
  });
});
