// Draws one epoch's films from a part so that the classes are balanced. It does not shuffle them for training.
import { createRandom, type Random, shuffle } from "../nn/random";
import type { SampleSettings } from "../protocol/settings";

export interface Draw extends Pick<SampleSettings, "balance" | "freshEachEpoch" | "seed"> {
  /** 0 or 1 for each film of the part. */
  labels: Uint8Array;
}

interface Classes {
  minority: Uint32Array;
  majority: Uint32Array;
}

function separate(labels: Uint8Array): Classes {
  const places = Uint32Array.from(labels.keys());
  const positives = places.filter((place) => labels[place] === 1);
  const negatives = places.filter((place) => labels[place] !== 1);
  return positives.length <= negatives.length
    ? { minority: positives, majority: negatives }
    : { minority: negatives, majority: positives };
}

/**
 * Indices into the part that epoch `epoch` learns from, ascending; repeats where the minority is oversampled.
 *
 * - undersample: all of the minority, and as many of the majority by a seeded permutation. With `freshEachEpoch` the permutation is walked
 *   cyclically, so that after ceil(majority / minority) epochs every film was seen.
 * - oversample: all of the majority; the minority whole as often as it fits, and the remainder drawn anew each epoch.
 * - weight, none: every film once.
 */
export function drawEpoch({ labels, balance, freshEachEpoch, seed }: Draw, epoch: number): Uint32Array {
  if (balance === "weight" || balance === "none") return Uint32Array.from(labels.keys());
  const { minority, majority } = separate(labels);
  const drawn = new Uint32Array(2 * (balance === "undersample" ? minority.length : majority.length));
  if (balance === "undersample") {
    const order = shuffle(majority.slice(), createRandom(seed, "balance"));
    const from = freshEachEpoch ? (epoch * minority.length) % Math.max(1, order.length) : 0;
    drawn.set(minority);
    for (let i = 0; i < minority.length; i++) drawn[minority.length + i] = order[(from + i) % order.length] ?? 0;
  } else if (minority.length > 0) {
    drawn.set(majority);
    fillByRepeating(drawn.subarray(majority.length), minority, createRandom(seed, "balance", epoch));
  } else return majority;
  return drawn.sort();
}

function fillByRepeating(target: Uint32Array, films: Uint32Array, random: Random): void {
  const whole = Math.floor(target.length / films.length) * films.length;
  for (let i = 0; i < whole; i++) target[i] = films[i % films.length] ?? 0;
  const order = shuffle(films.slice(), random);
  for (let i = whole; i < target.length; i++) target[i] = order[i - whole] ?? 0;
}

/** Every film that the epochs 0 to `epochs - 1` draw, ascending and each once. */
export function drawPlanned(draw: Draw, epochs: number): Uint32Array {
  const used = new Uint8Array(draw.labels.length);
  const different = draw.balance === "undersample" && draw.freshEachEpoch ? Math.min(epochs, epochsToSeeAll(draw.labels)) : 1;
  for (let epoch = 0; epoch < Math.max(1, different); epoch++) for (const place of drawEpoch(draw, epoch)) used[place] = 1;
  return Uint32Array.from(used.keys()).filter((place) => used[place] === 1);
}

/** Epochs until fresh draws have shown every film of the majority. */
export function epochsToSeeAll(labels: Uint8Array): number {
  const { minority, majority } = separate(labels);
  return minority.length === 0 ? 1 : Math.max(1, Math.ceil(majority.length / minority.length));
}

/** Weight of the positive class in the loss that makes both classes count the same: negatives / positives (torch `pos_weight`). */
export function positiveWeight({ positives, negatives }: { positives: number; negatives: number }): number {
  return positives === 0 || negatives === 0 ? 1 : negatives / positives;
}
