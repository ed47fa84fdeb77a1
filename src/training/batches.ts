// From an epoch's films to batches: order, cut, read ahead. It does not choose the films (data/balance.ts) nor decode them.
import { type Batch, UNKNOWN } from "../nn/engine";
import { createRandom, shuffle } from "../nn/random";
import { type PreparedPart, UNKNOWN_LABEL } from "../protocol/dataset";

/** Films as grey bytes, [slots.length, size, size], in the order asked for. */
export type ReadFilms = (slots: Uint32Array) => Promise<Uint8Array>;

export interface FilmSource {
  part: PreparedPart;
  /** Names of what the labels are of, the main target first. */
  targets: readonly string[];
  imageSize: number;
  read: ReadFilms;
}

/** What becomes of a batch once it is read: the films that were asked for, in the order of the batches. */
export type BatchTransform = (batch: Batch, films: Uint32Array) => Batch;

/** An epoch's films in the order they are trained on, drawn from (seed, "shuffle", epoch) alone. */
export function shuffleEpoch(films: Uint32Array, seed: number, epoch: number): Uint32Array {
  return shuffle(films.slice(), createRandom(seed, "shuffle", epoch));
}

/** Whole batches of `order`; an odd last batch is dropped, as fastai and torch (`drop_last`) do in training. */
export function cutWholeBatches(order: Uint32Array, batchSize: number): Uint32Array[] {
  return cutBatches(order.subarray(0, order.length - (order.length % batchSize)), batchSize);
}

/** All of `order`, the last batch as large as what is left. */
export function cutBatches(order: Uint32Array, batchSize: number): Uint32Array[] {
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    order.subarray(i * batchSize, (i + 1) * batchSize),
  );
}

/**
 * The finder's batches, without end: the films reshuffled from (seed, "finder", pass) whenever whole batches run out.
 * @param films at least `batchSize`
 */
export function* drawFinderBatches(films: Uint32Array, seed: number, batchSize: number): Generator<Uint32Array> {
  for (let pass = 0; ; pass++) {
    yield* cutWholeBatches(shuffle(films.slice(), createRandom(seed, "finder", pass)), batchSize);
  }
}

async function readBatch({ part, targets, imageSize, read }: FilmSource, films: Uint32Array): Promise<Batch> {
  const { length: classes } = targets;
  const data = await read(films.map((film) => part.slots[film]!));
  return {
    count: films.length,
    images: { kind: "films", data, size: imageSize },
    targets: Float32Array.from({ length: films.length * classes }, (_, at) => {
      const label = part.labels[films[Math.floor(at / classes)]! * classes + (at % classes)];
      return label === UNKNOWN_LABEL ? UNKNOWN : label!;
    }),
  };
}

/** Reads batches one ahead, so that the next films come off the disk while the GPU works on these. */
export async function* readBatches(
  source: FilmSource,
  batches: Iterable<Uint32Array>,
  transform: BatchTransform = (batch) => batch,
): AsyncGenerator<Batch> {
  const films = batches[Symbol.iterator]();
  const readNext = (): Promise<Batch> | null => {
    const { done, value } = films.next();
    if (done) return null;
    const reading = readBatch(source, value).then((batch) => transform(batch, value));
    // Met by the await below; without this a run that ends early would leave a rejection that nobody handles.
    reading.catch(() => {});
    return reading;
  };
  for (let next = readNext(); next; ) {
    const batch = await next;
    next = readNext();
    yield batch;
  }
}
