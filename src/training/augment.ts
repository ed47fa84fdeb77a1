// What training makes of a batch before the network sees it: how its films are moved and lit, which are blended, how sure its labels are.
// It draws and computes no pixel: that is the engine's (nn/moveFilms.ts, kernels/films.ts).
import type { Batch } from "../nn/engine";
import { composeMove, type FilmChange } from "../nn/moves";
import { createRandom, type Random } from "../nn/random";
import { type AugmentationSettings, FASTAI_AUGMENTATION, type TrialSettings } from "../protocol/settings";
import type { BatchTransform } from "./batches";
import { blendBatch } from "./mixup";

/** In place of the epoch, which is from 0, what is drawn by where there is none. */
export const FINDER_EPOCH = -1;
const FIRST_VIEW = -2;

type Seeded<Settings> = Settings & Pick<TrialSettings, "seed">;

/** Whether films are changed at all. */
export function isMoving({ rotate, zoom, shift, lighting, contrast, warp, flip, augmentP }: AugmentationSettings): boolean {
  return flip || (augmentP > 0 && (rotate > 0 || zoom > 1 || shift > 0 || lighting > 0 || contrast > 0 || warp > 0));
}

/** A film's change by the distributions of fastai v1's `get_transforms`; shift is uniform, and a flip falls on half of the films. */
export function drawChange(settings: AugmentationSettings, random: Random): FilmChange {
  const { rotate, zoom, shift, lighting, contrast, warp, flip, augmentP } = settings;
  const within = (most: number) => (2 * random.float() - 1) * most;
  const happens = (most: number) => most > 0 && random.float() < augmentP;
  const change: FilmChange = {};
  if (happens(warp)) change.warp = [within(warp), within(warp), within(warp), within(warp)];
  if (happens(rotate)) change.degrees = within(rotate);
  if (happens(zoom - 1)) {
    change.zoom = { scale: 1 + random.float() * (zoom - 1), row: random.float(), column: random.float() };
  }
  if (happens(shift)) change.shift = [within(shift), within(shift)];
  if (happens(lighting)) change.brightness = 0.5 * (1 + within(lighting));
  // Uniform in its logarithm, from 1 - contrast to 1 / (1 - contrast).
  if (happens(contrast)) change.contrast = Math.exp(within(-Math.log(1 - contrast)));
  if (flip) change.flip = random.float() < 0.5;
  return change;
}

/**
 * Moves for films of an epoch, called with them in their order. A film's are drawn from (seed, "augment", epoch, film, how often it came
 * before in this epoch) alone, so whatever the batch is, and wherever a run was taken up again, they are the same.
 */
function createMover(settings: Seeded<AugmentationSettings>, epoch: number, before: readonly Uint32Array[]) {
  const seen = new Map<number, number>();
  const count = (film: number) => {
    const times = seen.get(film) ?? 0;
    seen.set(film, times + 1);
    return times;
  };
  for (const films of before) films.forEach(count);
  return (films: Uint32Array, size: number): Float32Array =>
    Float32Array.from(
      Array.from(films, (film) => {
        const random = createRandom(settings.seed, "augment", epoch, film, count(film));
        return composeMove(drawChange(settings, random), size);
      }).flat(),
    );
}

/** Labels e/2 and 1 - e/2 in place of 0 and 1 (Szegedy et al. 2016); unknown ones stay unknown. */
export function smoothLabels(targets: Float32Array, e: number): Float32Array {
  return targets.map((target) => (target < 0 ? target : target * (1 - e) + e / 2));
}

/**
 * What the batches of a training epoch go through, one after another; `before` are those of the epoch that were trained on already.
 * Where nothing is set, a batch passes as it is, but for what dropout is drawn by.
 */
export function augmentEpoch(settings: TrialSettings, epoch: number, before: readonly Uint32Array[] = []): BatchTransform {
  const { seed, mixup, labelSmoothing } = settings;
  const move = isMoving(settings) ? createMover(settings, epoch, before) : null;
  let index = before.length;
  return (read, films) => {
    let batch: Batch = { ...read, random: createRandom(seed, "dropout", epoch, index) };
    if (move) batch.moves = move(films, batch.images.size);
    if (labelSmoothing > 0) batch.targets = smoothLabels(batch.targets, labelSmoothing);
    if (mixup > 0) batch = blendBatch(batch, mixup, createRandom(seed, "mixup", epoch, index));
    index++;
    return batch;
  };
}

/** The changes that an evaluation varies films by: those of the settings, or where these change nothing, fastai's. */
export function chooseViewing(settings: Seeded<AugmentationSettings>): {
  augmentation: "chosen" | "fastai";
  settings: Seeded<AugmentationSettings>;
} {
  return isMoving(settings)
    ? { augmentation: "chosen", settings }
    : { augmentation: "fastai", settings: { ...FASTAI_AUGMENTATION, seed: settings.seed } };
}

/** One of the views of test-time augmentation: films are moved and lit, and nothing else. */
export function augmentView(settings: Seeded<AugmentationSettings>, view: number): BatchTransform {
  const move = createMover(settings, FIRST_VIEW - view, []);
  return (batch, films) => ({ ...batch, moves: move(films, batch.images.size) });
}
