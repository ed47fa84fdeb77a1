import { describe, expect, it } from "vitest";
import { type Batch, UNKNOWN } from "../nn/engine";
import { createRandom } from "../nn/random";
import { FINDER_DEFAULTS, type FinderEvent } from "../protocol/finder";
import { FASTAI_AUGMENTATION, NO_AUGMENTATION } from "../protocol/settings";
import { augmentEpoch, augmentView, chooseViewing, drawChange, isMoving, smoothLabels } from "./augment";
import { cutBatches } from "./batches";
import { createTestLab, play } from "./testLab";
import { TEST_SETTINGS } from "./testSample";

const SIZE = 8;
const MOVE = 12;
const augmented = { ...TEST_SETTINGS, ...FASTAI_AUGMENTATION, seed: 3 };
const readable = (films: Uint32Array): Batch => ({
  count: films.length,
  images: { kind: "films", data: new Uint8Array(films.length * SIZE * SIZE), size: SIZE },
  targets: Float32Array.from(films, (film) => film % 2),
});

/** Moves of an epoch's films in `order`, in batches of so many, from batch `from` on. */
function movesOf(order: number[], batchSize: number, { epoch = 0, from = 0, settings = augmented } = {}): number[][] {
  const batches = cutBatches(Uint32Array.from(order), batchSize);
  const transform = augmentEpoch(settings, epoch, batches.slice(0, from));
  return batches.slice(from).flatMap((films) => {
    const { moves = new Float32Array() } = transform(readable(films), films);
    return Array.from(films, (_, at) => [...moves.subarray(at * MOVE, (at + 1) * MOVE)]);
  });
}

describe("changes by fastai v1's distributions", () => {
  const DRAWS = 20_000;
  const draws = Array.from({ length: DRAWS }, (_, film) =>
    drawChange({ ...FASTAI_AUGMENTATION, shift: 0.1, flip: true }, createRandom(0, "augment", 0, film, 0)),
  );
  const of = <Value>(pick: (change: (typeof draws)[number]) => Value | undefined) =>
    draws.map(pick).filter((value): value is Value => value !== undefined);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value / values.length, 0);

  it.each<[string, number[], from: number, to: number]>([
    ["degrees", of(({ degrees }) => degrees), -10, 10],
    ["scale", of(({ zoom }) => zoom?.scale), 1, 1.1],
    ["row", of(({ zoom }) => zoom?.row), 0, 1],
    ["column", of(({ zoom }) => zoom?.column), 0, 1],
    ["shift across", of(({ shift }) => shift?.[0]), -0.1, 0.1],
    ["shift down", of(({ shift }) => shift?.[1]), -0.1, 0.1],
    ["warp", of(({ warp }) => warp?.[0]), -0.2, 0.2],
    ["warp of the last side", of(({ warp }) => warp?.[3]), -0.2, 0.2],
    ["brightness", of(({ brightness }) => brightness), 0.4, 0.6],
    ["logarithm of contrast", of(({ contrast }) => contrast && Math.log(contrast)), Math.log(0.8), -Math.log(0.8)],
  ])("%s: uniform, on three films of four", (_, values, from, to) => {
    expect(values.length / DRAWS).toBeCloseTo(0.75, 1.5);
    const shares = values.map((value) => (value - from) / (to - from));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.min(...shares)).toBeLessThan(0.01);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    expect(Math.max(...shares)).toBeGreaterThan(0.99);
    // Of a uniform share: mean 1/2, mean square 1/3.
    expect(mean(shares)).toBeCloseTo(1 / 2, 1.7);
    expect(mean(shares.map((share) => share ** 2))).toBeCloseTo(1 / 3, 1.7);
  });

  it("are drawn each by itself, and a flip falls on half", () => {
    expect(of(({ flip }) => flip || undefined).length / DRAWS).toBeCloseTo(0.5, 1.7);
    const both = draws.filter(({ degrees, contrast }) => degrees !== undefined && contrast !== undefined);
    expect(both.length / DRAWS).toBeCloseTo(0.75 ** 2, 1.7);
  });

  it("never flip a film unasked, nor change what is not to be changed", () => {
    const { flip: _, ...unasked } = { ...FASTAI_AUGMENTATION, augmentP: 1, rotate: 0, warp: 0 };
    const change = drawChange({ ...unasked, flip: false }, createRandom(0, "augment"));
    expect(Object.keys(change).sort()).toEqual(["brightness", "contrast", "zoom"]);
  });
});

describe("an epoch's moves", () => {
  const order = [4, 1, 7, 4, 0, 1, 4, 2];

  it("are a film's own, whatever the batch is and wherever the run was taken up again", () => {
    const moves = movesOf(order, 2);
    expect(movesOf(order, 4)).toEqual(moves);
    for (const from of [1, 2, 3]) expect(movesOf(order, 2, { from })).toEqual(moves.slice(2 * from));
    expect(movesOf([0, 2, 7], 3)).toEqual([moves[4], moves[7], moves[2]]);
  });

  it("are others each time that a film is repeated, in each epoch, and of each seed", () => {
    const all = [
      ...movesOf(order, 4),
      ...movesOf(order, 4, { epoch: 1 }),
      ...movesOf(order, 4, { settings: { ...augmented, seed: 4 } }),
    ];
    expect(new Set(all.map(String)).size).toBe(all.length);
  });
});

it("hands a batch on as it was read where nothing is set, with what dropout is drawn by", () => {
  const films = Uint32Array.of(3, 1);
  const read = readable(films);
  const draw = (epoch: number, before: number) => {
    const transform = augmentEpoch(TEST_SETTINGS, epoch, cutBatches(new Uint32Array(2 * before), 2));
    const { random, ...batch } = transform(read, films);
    expect(batch).toEqual(read);
    return random?.float();
  };
  expect(draw(0, 0)).toBe(draw(0, 0));
  expect(new Set([draw(0, 0), draw(0, 1), draw(1, 0)]).size).toBe(3);
});

it("smooths labels, and blends them after", () => {
  expect([...smoothLabels(Float32Array.of(0, 1, UNKNOWN, 0.25), 0.2)]).toEqual([0.1, 0.9, -1, 0.3].map(Math.fround));
  const films = Uint32Array.of(0, 1, 2, 3);
  const { targets, blend } = augmentEpoch({ ...TEST_SETTINGS, mixup: 0.4, labelSmoothing: 0.2 }, 0)(readable(films), films);
  const { partners, shares } = blend!;
  targets.forEach((target, film) => {
    const own = film % 2 ? 0.9 : 0.1;
    const other = partners[film]! % 2 ? 0.9 : 0.1;
    expect(target).toBeCloseTo(shares[film]! * own + (1 - shares[film]!) * other, 6);
  });
});

describe("a view of test-time augmentation", () => {
  const films = Uint32Array.of(5, 6);

  it("moves each film by itself, as drawn by view and film alone, and leaves labels alone", () => {
    const see = (view: number, of = films) => augmentView(augmented, view)(readable(of), of);
    expect(see(0)).toEqual({ ...readable(films), moves: see(0).moves });
    expect(see(0, Uint32Array.of(6)).moves).toEqual(see(0).moves?.slice(MOVE));
    expect(see(1).moves).not.toEqual(see(0).moves);
    expect(see(0).moves).not.toEqual(augmentEpoch(augmented, 0)(readable(films), films).moves);
  });

  it("is by the chosen augmentation, or by fastai's where that changes no film", () => {
    expect(chooseViewing({ ...augmented, rotate: 3 })).toMatchObject({ augmentation: "chosen", settings: { rotate: 3 } });
    for (const still of [NO_AUGMENTATION, { ...NO_AUGMENTATION, mixup: 0.4 }, { ...FASTAI_AUGMENTATION, augmentP: 0 }]) {
      expect(isMoving(still)).toBe(false);
      expect(chooseViewing({ ...still, seed: 9 })).toEqual({
        augmentation: "fastai",
        settings: { ...FASTAI_AUGMENTATION, seed: 9 },
      });
    }
  });
});

it("is what LR Find and a run train on, and what no validation sees", async () => {
  const lab = createTestLab();
  const seen: Record<"trained" | "predicted", Batch[]> = { trained: [], predicted: [] };
  lab.onEngine = (engine) => {
    const { trainStep, predict } = engine;
    engine.trainStep = (batch, ...more) => {
      seen.trained.push(batch);
      return trainStep(batch, ...more);
    };
    engine.predict = (batch) => {
      seen.predicted.push(batch);
      return predict(batch);
    };
  };
  const settings = { ...FASTAI_AUGMENTATION, mixup: 0.4, labelSmoothing: 0.1 };
  const weights = { kind: "fresh" } as const;
  const request = { settings: { ...lab.settings, ...settings }, sample: lab.sample, weights, finder: FINDER_DEFAULTS };
  await play<FinderEvent>((port) => lab.session.find(request, port));
  const found = seen.trained.splice(0);
  const { id } = await lab.createTrial(settings);
  await play((port) => lab.session.train(id, port));
  for (const batch of [...found, ...seen.trained]) {
    expect(batch.moves).toHaveLength(4 * MOVE);
    expect(batch.blend?.shares).toHaveLength(4);
    expect(batch.targets.some((target) => target === 0 || target === 1)).toBe(false);
  }
  const keys = [...found, ...seen.trained].map(({ moves }) => String(moves));
  expect(new Set(keys).size).toBe(found.length + 15);
  for (const batch of seen.predicted) expect(Object.keys(batch).sort()).toEqual(["count", "images", "targets"]);
  expect(seen.predicted.flatMap(({ targets }) => [...targets]).every((target) => target === 0 || target === 1)).toBe(true);
  expect(lab.engines.map(({ options }) => options.blends)).toEqual([true, true]);
});
