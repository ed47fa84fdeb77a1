// The fused engine's buffers: what lives with the engine, and what a batch of some shape needs. Plans them by their bytes, so that these are
// known beforehand; allocates none (gpuBuffers.ts).
import type { PlannedBuffer } from "../kernels/dispatches";
import { MOVE_FLOATS } from "../kernels/films";
import type { Storage } from "../kernels/kernel";
import { DROPOUT } from "./dropout";
import type { BatchShape } from "./engine";
import { type FastaiHeadPlace, type FusedLayout, planSides, QUAD, type RowsPlace } from "./fusedLayout";

export interface PassOptions {
  storage: Storage;
  keepBottlenecks: boolean;
  /** Largest binding of the adapter: an array beyond it is cut into slices of whole films. */
  maxBindingBytes: number;
}

/** What a network has learned. */
export interface ModelBuffers {
  parameters: PlannedBuffer;
  /** Means, then variances. */
  running: PlannedBuffer;
}

/** What lives as long as the engine. */
export interface StateBuffers extends ModelBuffers {
  gradients: PlannedBuffer;
  norms: PlannedBuffer;
  statistics: PlannedBuffer;
  sums: PlannedBuffer;
}

const FLOAT = 4;
export const QUAD_BYTES = { f32: 16, f16: 8 } as const;

const planned = (label: string, bytes: number): PlannedBuffer => ({
  label,
  bytes: Math.max(16, Math.ceil(bytes / 16) * 16),
  buffer: null,
});

export function planModel({ parameters, normQuads }: FusedLayout): ModelBuffers {
  return {
    parameters: planned("parameters", parameters.size * FLOAT),
    running: planned("running statistics", 2 * normQuads * QUAD * FLOAT),
  };
}

export function planState(layout: FusedLayout): StateBuffers {
  const { parameters, normQuads, statisticQuads } = layout;
  const quads = (label: string, count: number) => planned(label, count * QUAD * FLOAT);
  return {
    ...planModel(layout),
    gradients: planned("weight gradients", parameters.size * FLOAT),
    norms: quads("scales and shifts", 2 * normQuads),
    statistics: quads("batch statistics", 3 * statisticQuads),
    sums: quads("gradient sums", 2 * statisticQuads),
  };
}

/** An array over the batch: one buffer a slice. */
export type Batched = PlannedBuffer[];

/** Features of the head, a film a row: so few that all slices of a batch share them. */
export interface RowsBuffers {
  quads: number;
  rows: PlannedBuffer;
  /** Factors of dropout, drawn by this probability. */
  masks: PlannedBuffer;
  probability: number;
  /** Normalised, and what dropout leaves of it. */
  kept: PlannedBuffer;
  gradient: PlannedBuffer;
}

export interface FastaiHeadBuffers {
  pooled: RowsBuffers;
  /** Where in its image each maximum lies. */
  places: PlannedBuffer;
  hidden: RowsBuffers;
}

function planFastaiHead({ pooled, hidden }: FastaiHeadPlace, count: number): FastaiHeadBuffers {
  const array = (label: string, quads: number) => planned(label, count * quads * QUAD_BYTES.f32);
  const rows = (label: string, { norm: { quads } }: RowsPlace, probability: number): RowsBuffers => ({
    quads,
    rows: array(label, quads),
    masks: array(`${label}: dropout`, quads),
    probability,
    kept: array(`${label}: kept`, quads),
    gradient: array(`${label}: gradient`, quads),
  });
  return {
    pooled: rows("head: pooled", pooled, DROPOUT.pooled),
    places: array("head: places", pooled.norm.quads / 2),
    hidden: rows("head: hidden", hidden, DROPOUT.hidden),
  };
}

/** Of fastai's head. */
export function listHeadBuffers({ fastaiHead }: BatchBuffers): PlannedBuffer[] {
  if (!fastaiHead) return [];
  const ofRows = ({ rows, masks, kept, gradient }: RowsBuffers) => [rows, masks, kept, gradient];
  return [...ofRows(fastaiHead.pooled), fastaiHead.places, ...ofRows(fastaiHead.hidden)];
}

/** What a batch of up to `capacity` films needs; a buffer that no dispatch refers to is never allocated. */
export interface BatchBuffers {
  shape: BatchShape;
  options: PassOptions;
  filmsPerSlice: number;
  films: Batched;
  moves: Batched;
  /** What films are blended with: the films, their moves, and the share that each film keeps of itself. */
  partners: Batched;
  partnerMoves: Batched;
  shares: Batched;
  images: Batched;
  /** Its own where it is kept for the backward pass; else in the gradients' buffer, which forward does not need. */
  stem: Batched;
  blocks: Batched[];
  gradient: Batched;
  /** One for all layers, or one for each. */
  bottlenecks: Batched[];
  /** Two working arrays, whatever the storage in f32 where they hold gradients. */
  scratch: Batched;
  bottleneckGradient: Batched;
  taken: Batched;
  /** Of the linear head. */
  pooled: Batched;
  /** Null with the linear head. */
  fastaiHead: FastaiHeadBuffers | null;
  /** [capacity, classes], then what the mean is over, and each class's positive weight (kernels/head.ts). */
  targets: PlannedBuffer;
  outcome: PlannedBuffer;
  columnParts: PlannedBuffer;
  weightParts: PlannedBuffer;
}

export function planBatch(layout: FusedLayout, classes: number, shape: BatchShape, options: PassOptions): BatchBuffers {
  const { size, count } = shape;
  const sides = planSides(layout.blocks.length, size);
  const stored = QUAD_BYTES[options.storage];
  const plain = QUAD_BYTES.f32;
  const pixels = sides.blocks.map((side) => side * side);
  const blockQuads = layout.blocks.map(({ quads }, b) => quads * (pixels[b] ?? 0));
  const largest = (bytes: number[]) => Math.max(...bytes);
  const stemPixels = sides.stem * sides.stem;

  // Bytes a film of each array.
  const bottleneck = pixels.map((count) => count * layout.bottleneckQuads * stored);
  const stemAgain = options.keepBottlenecks ? 0 : stemPixels * layout.stemQuads;
  const gradient = largest([...blockQuads, stemPixels * layout.stemQuads]) * plain;
  const first = layout.blocks.map(({ firstQuads }, b) => firstQuads * (pixels[b] ?? 0) * plain);
  const pooled = layout.blocks.map(({ quads, transition }, b) => (transition ? quads * (pixels[b + 1] ?? 0) * plain : 0));
  const largestArray = largest([size * size * plain, stemPixels * layout.stemQuads * stored, gradient, largest(bottleneck) * 2]);
  const filmsPerSlice = Math.max(1, Math.min(count, Math.floor(options.maxBindingBytes / largestArray)));
  const slices = Math.ceil(count / filmsPerSlice);
  const batched = (label: string, bytesPerFilm: number): Batched =>
    Array.from({ length: slices }, (_, slice) =>
      planned(label, bytesPerFilm * Math.min(filmsPerSlice, count - slice * filmsPerSlice)),
    );

  const gradients = batched("feature gradients", gradient);
  return {
    shape,
    options,
    filmsPerSlice,
    films: batched("films", size * size),
    moves: batched("moves", MOVE_FLOATS * FLOAT),
    partners: batched("partners", size * size),
    partnerMoves: batched("partners' moves", MOVE_FLOATS * FLOAT),
    shares: batched("shares", FLOAT),
    images: batched("images", size * size * plain),
    stem: options.keepBottlenecks ? batched("features: stem", stemPixels * layout.stemQuads * stored) : gradients,
    // At the end of the backward pass the first block's buffer takes the stem's output, computed again.
    blocks: blockQuads.map((quads, b) => batched(`features: block ${b + 1}`, Math.max(quads, b === 0 ? stemAgain : 0) * stored)),
    gradient: gradients,
    bottlenecks: options.keepBottlenecks
      ? layout.blocks.flatMap(({ layers }, b) => layers.map(() => batched("bottlenecks", bottleneck[b] ?? 0)))
      : [batched("bottleneck", largest([...bottleneck, ...first, ...pooled]))],
    scratch: options.keepBottlenecks ? batched("scratch", largest([...first, ...pooled])) : [],
    bottleneckGradient: batched(
      "bottleneck gradient",
      largest([...pixels.map((count) => count * layout.bottleneckQuads * plain), ...pooled]),
    ),
    taken: batched("layer gradient", largest(pixels) * layout.growthQuads * plain),
    pooled: batched("pooled", layout.classifier.channels * FLOAT),
    fastaiHead: layout.fastaiHead && planFastaiHead(layout.fastaiHead, count),
    targets: planned("targets", (count * classes + 1 + classes) * FLOAT),
    outcome: planned("logits and losses", 3 * count * classes * FLOAT),
    columnParts: planned("column sums", 0),
    weightParts: planned("parts of weight gradients", 0),
  };
}
