// The fused engine's forward and backward passes as lists of dispatches, scheduled by hand. One feature buffer a block, to which a layer
// writes its channels in place; BatchNorm and ReLU on load; gradients added into one buffer a block; bottlenecks recomputed or kept.
// Plans buffers and dispatches; allocates and runs nothing, so that what a step will take is known beforehand.
import { MOMENT_QUADS, planStrips } from "../kernels/columns";
import * as conv1x1 from "../kernels/convolve1x1";
import * as conv3x3 from "../kernels/convolve3x3";
import * as conv7x7 from "../kernels/convolve7x7";
import { type Dispatch, dispatch, type PlannedBuffer } from "../kernels/dispatches";
import { spreadFilms } from "../kernels/films";
import { headLoss, headPool, headPoolGradient, headWeightGradient } from "../kernels/head";
import type { Kernel, Storage } from "../kernels/kernel";
import { normaliseInference, normaliseTraining } from "../kernels/normalise";
import { addNormSums, correctGradient, takeGradient } from "../kernels/normGradient";
import { planProduct, type Tiling } from "../kernels/product";
import { stemPool, stemPoolGradient } from "../kernels/stemPool";
import { sumParts } from "../kernels/sumParts";
import { transitionPool, transitionPoolGradient } from "../kernels/transitionPool";
import { planWeightProduct } from "../kernels/weightProduct";
import { NORMALISATION } from "../protocol/settings";
import type { BatchShape, EngineOptions } from "./engine";
import { type ChannelPlace, type FusedLayout, type LayerPlace, type NormPlace, planSides, QUAD } from "./fusedLayout";

/** How the work is cut for an adapter. */
export interface Tuning {
  tiling: Tiling;
  /** Invocations that keep the adapter busy. */
  threads: number;
  /** Parts of a column, or of a weight gradient, at most. */
  maxParts: number;
}

const SOFTWARE: Tuning = { tiling: "direct", threads: 256, maxParts: 64 };
const HARDWARE: Tuning = { tiling: "tiled", threads: 16_384, maxParts: 256 };

/** A software adapter runs barriers slowly and has few threads; a graphics card wants shared tiles and many. */
export const chooseTuning = ({ isSoftware }: { isSoftware: boolean }): Tuning => (isSoftware ? SOFTWARE : HARDWARE);

export interface PassOptions {
  storage: Storage;
  keepBottlenecks: boolean;
  /** Largest binding of the adapter: an array beyond it is cut into slices of whole films. */
  maxBindingBytes: number;
}

/** What lives as long as the engine. */
export interface StateBuffers {
  parameters: PlannedBuffer;
  gradients: PlannedBuffer;
  running: PlannedBuffer;
  norms: PlannedBuffer;
  statistics: PlannedBuffer;
  sums: PlannedBuffer;
}

const FLOAT = 4;
const QUAD_BYTES = { f32: 16, f16: 8 } as const;

const planned = (label: string, bytes: number): PlannedBuffer => ({
  label,
  bytes: Math.max(16, Math.ceil(bytes / 16) * 16),
  buffer: null,
});

export function planState({ parameters, normQuads, statisticQuads }: FusedLayout): StateBuffers {
  const quads = (label: string, count: number) => planned(label, count * QUAD * FLOAT);
  return {
    parameters: planned("parameters", parameters.size * FLOAT),
    gradients: planned("weight gradients", parameters.size * FLOAT),
    running: quads("running statistics", 2 * normQuads),
    norms: quads("scales and shifts", 2 * normQuads),
    statistics: quads("batch statistics", 3 * statisticQuads),
    sums: quads("gradient sums", 2 * statisticQuads),
  };
}

/** An array over the batch: one buffer a slice. */
type Batched = PlannedBuffer[];

/** What a batch of up to `capacity` films needs; a buffer that no dispatch refers to is never allocated. */
export interface BatchBuffers {
  shape: BatchShape;
  options: PassOptions;
  filmsPerSlice: number;
  films: Batched;
  moves: Batched;
  images: Batched;
  stem: Batched;
  blocks: Batched[];
  gradient: Batched;
  /** One for all layers, or one for each. */
  bottlenecks: Batched[];
  /** Two working arrays, whatever the storage in f32 where they hold gradients. */
  scratch: Batched;
  bottleneckGradient: Batched;
  taken: Batched;
  pooled: Batched;
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

  return {
    shape,
    options,
    filmsPerSlice,
    films: batched("films", size * size),
    moves: batched("moves", 2 * plain),
    images: batched("images", size * size * plain),
    stem: batched("features: stem", stemPixels * layout.stemQuads * stored),
    blocks: blockQuads.map((quads, b) => batched(`features: block ${b + 1}`, quads * stored)),
    gradient: batched("feature gradients", gradient),
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
    targets: planned("targets", count * classes * FLOAT),
    outcome: planned("logits and losses", 3 * count * classes * FLOAT),
    columnParts: planned("column sums", 0),
    weightParts: planned("parts of weight gradients", 0),
  };
}

/** The kernels of one way of tiling and storing; each is one pipeline. */
function openKernels({ tiling }: Tuning, storage: Storage) {
  return {
    stem: conv7x7.forward7x7(tiling, storage),
    stemWeights: conv7x7.weightGradient7x7(tiling),
    bottleneck: conv1x1.forward1x1(tiling, storage, storage, true),
    bottleneckInput: conv1x1.inputGradient1x1(tiling, storage),
    bottleneckWeights: conv1x1.weightGradient1x1(tiling, storage, true),
    growth: conv3x3.forward3x3(tiling, storage, storage),
    growthInput: conv3x3.inputGradient3x3(tiling, storage),
    growthWeights: conv3x3.weightGradient3x3(tiling, storage),
    transition: conv1x1.forward1x1(tiling, "f32", storage, false),
    transitionInput: conv1x1.pooledGradient1x1(tiling),
    transitionWeights: conv1x1.weightGradient1x1(tiling, "f32", false),
    stemPool: stemPool(storage, storage),
    stemPoolGradient: stemPoolGradient(storage),
    transitionPool: transitionPool(storage),
    transitionPoolGradient: transitionPoolGradient(storage),
    headPool: headPool(storage),
    headPoolGradient: headPoolGradient(storage),
    takeGradient: takeGradient(storage),
    correctGradient: correctGradient(storage),
  };
}

export interface PassInputs {
  layout: FusedLayout;
  options: EngineOptions;
  tuning: Tuning;
  state: StateBuffers;
  batch: BatchBuffers;
  /** Films of this pass, at most the batch's capacity. */
  count: number;
  /** Films that the loss is the mean over: more than `count` where gradients are accumulated. */
  lossCount: number;
  /** Images come as bytes; else they lie in `images` already. */
  fromFilms: boolean;
}

/** Forward in inference mode: logits in `outcome`. */
export const recordInference = (inputs: PassInputs): Dispatch[] => record(inputs, false);

/** Forward in training mode, loss, backward: gradients are added to `gradients`, which a step clears first. */
export const recordTraining = (inputs: PassInputs): Dispatch[] => record(inputs, true);

function record(inputs: PassInputs, training: boolean): Dispatch[] {
  const { layout, options, tuning, state, batch, count, lossCount, fromFilms } = inputs;
  const { classes, positiveWeight } = options;
  const { size } = batch.shape;
  const { storage, keepBottlenecks } = batch.options;
  const kernels = openKernels(tuning, storage);
  const sides = planSides(layout.blocks.length, size);
  const { parameters, gradients, running, norms, statistics, sums } = state;
  const { columnParts, weightParts } = batch;
  const stored = QUAD_BYTES[storage];
  const dispatches: Dispatch[] = [];
  const add = (one: Dispatch) => dispatches.push(one);

  const slices = Array.from({ length: Math.ceil(count / batch.filmsPerSlice) }, (_, index) => ({
    index,
    firstFilm: index * batch.filmsPerSlice,
    films: Math.min(batch.filmsPerSlice, count - index * batch.filmsPerSlice),
  }));
  const at = (array: Batched, index: number): PlannedBuffer => {
    const buffer = array[index];
    if (!buffer) throw new Error("No such slice");
    return buffer;
  };
  const reserve = (buffer: PlannedBuffer, bytes: number) => {
    buffer.bytes = Math.max(buffer.bytes, bytes);
  };

  interface Frame {
    side: number;
    outSide: number;
  }
  const same = (side: number): Frame => ({ side, outSide: side });
  const windowOf = ({ side, outSide }: Frame) => ({ height: side, width: side, outHeight: outSide, outWidth: outSide });

  interface ProductCall {
    kernel: Kernel;
    left: Batched;
    leftStride: number;
    innerQuads: number;
    taps: number;
    weights: number;
    columnQuads: number;
    frame: Frame;
    narrow?: boolean;
    bindings: (slice: number) => Record<string, PlannedBuffer>;
    uniforms: Record<string, number>;
    quadsKept: number;
    /** Arrays of the output's shape that are read or written. */
    touches: number;
  }
  /** A product over all slices. Returns the parts of each column. */
  function product(call: ProductCall): number {
    const { kernel, left, leftStride, innerQuads, taps, weights, columnQuads, frame, narrow, quadsKept, touches } = call;
    let parts = 0;
    for (const { index, films } of slices) {
      const rows = films * frame.outSide * frame.outSide;
      const grid = planProduct({ rows, columnQuads }, { ...tuning, ...(narrow ? { narrow } : {}) });
      const uniforms = {
        rows,
        rowsPerStrip: grid.rowsPerStrip,
        strips: grid.strips,
        columnQuads,
        innerQuads,
        leftStride,
        weights,
        scales: 0,
        shifts: 0,
        partsFrom: parts,
        ...windowOf(frame),
        ...call.uniforms,
      };
      const bindings = { left: at(left, index), parameters, norms, columnParts, ...call.bindings(index) };
      const flop = 2 * rows * innerQuads * QUAD * taps * columnQuads * QUAD;
      const pixels = films * frame.side * frame.side;
      const quads = pixels * innerQuads + taps * innerQuads * QUAD * columnQuads + rows * columnQuads * touches;
      add(dispatch(kernel, bindings, uniforms, { threads: grid.threads, flop, bytes: quads * stored }));
      parts += grid.parts;
    }
    reserve(columnParts, parts * quadsKept * columnQuads * QUAD_BYTES.f32);
    return parts;
  }

  interface WeightCall {
    kernel: Kernel;
    left: Batched;
    leftStride: number;
    innerQuads: number;
    taps: number;
    right: Batched;
    columnQuads: number;
    frame: Frame;
    weights: number;
    norm: NormPlace | null;
    rowQuads?: 1 | 2;
  }
  /** The gradient to weights: added where they lie, or in parts that are then summed. */
  function weightProduct(call: WeightCall): void {
    const { kernel, left, leftStride, innerQuads, taps, right, columnQuads, frame, weights, norm, rowQuads = 2 } = call;
    const quads = taps * innerQuads * QUAD * columnQuads;
    let parts = 0;
    const grids = slices.map(({ films }) =>
      planWeightProduct({ pixels: films * frame.outSide * frame.outSide, innerQuads, taps, columnQuads, rowQuads }, tuning),
    );
    const split = grids.some((grid) => grid.parts > 1);
    slices.forEach(({ index, films }, i) => {
      const grid = grids[i];
      if (!grid) return;
      const pixels = films * frame.outSide * frame.outSide;
      const uniforms = {
        pixels,
        pixelsPerPart: grid.pixelsPerPart,
        parts: grid.parts,
        innerQuads,
        taps,
        columnQuads,
        leftStride,
        rightStride: columnQuads,
        scales: norm?.scales ?? 0,
        shifts: norm?.shifts ?? 0,
        out: split ? parts * quads : weights,
        outStride: quads,
        add: split ? 0 : 1,
        ...windowOf(frame),
      };
      const bindings = { left: at(left, index), right: at(right, index), norms, out: split ? weightParts : gradients };
      const flop = 2 * pixels * quads * QUAD;
      const seen = films * frame.side * frame.side * innerQuads + pixels * columnQuads + quads * (split ? grid.parts : 2);
      add(dispatch(kernel, bindings, uniforms, { threads: grid.threads, flop, bytes: seen * stored }));
      parts += grid.parts;
    });
    if (!split) return;
    reserve(weightParts, parts * quads * QUAD_BYTES.f32);
    add(dispatch(sumParts, { parts: weightParts, gradients }, { quads, parts, stride: quads, out: weights }, { threads: quads }));
  }

  /** A kernel of strips over all slices. Returns the parts of each column. */
  function strips(
    rowsPerFilm: number,
    columnQuads: number,
    quadsKept: number,
    make: (
      slice: number,
      grid: Record<"rows" | "rowsPerStrip" | "strips" | "columnQuads" | "partsFrom", number>,
      threads: number,
    ) => Dispatch,
  ): number {
    let parts = 0;
    for (const { index, films } of slices) {
      const rows = films * rowsPerFilm;
      const { rowsPerStrip, strips, threads } = planStrips({ rows, columnQuads }, tuning);
      add(make(index, { rows, rowsPerStrip, strips, columnQuads, partsFrom: parts }, threads));
      parts += strips;
    }
    reserve(columnParts, parts * quadsKept * columnQuads * QUAD_BYTES.f32);
    return parts;
  }

  /** Before a norm is read: its scales and shifts. In inference all are ready from the start. */
  function normalise(norm: NormPlace, channels: ChannelPlace, fresh: number, parts: number, pixels: number): void {
    if (!training) return;
    const { means, deviations, variances } = channels;
    const { quads, ...places } = norm;
    const uniforms = { quads, fresh, parts, means, deviations, variances, pixels, ...places };
    add(dispatch(normaliseTraining, { columnParts, statistics, parameters, norms, running }, uniforms, { threads: quads }));
  }

  const pixelsOf = (side: number) => count * side * side;
  const scaled = ({ scales, shifts }: NormPlace) => ({ scales, shifts });

  function bottleneckOf(b: number, l: number): Batched {
    const before = layout.blocks.slice(0, b).reduce((sum, { layers }) => sum + layers.length, 0);
    const array = batch.bottlenecks[keepBottlenecks ? before + l : 0];
    if (!array) throw new Error("No bottleneck");
    return array;
  }
  const scratch = keepBottlenecks ? batch.scratch : bottleneckOf(0, 0);
  const blockArray = (b: number): Batched => {
    const array = batch.blocks[b];
    if (!array) throw new Error("No block");
    return array;
  };

  /** Returns the parts of the bottleneck's moments. */
  function convolveBottleneck(b: number, l: number, layer: LayerPlace, side: number, blockQuads: number): number {
    return product({
      kernel: kernels.bottleneck,
      left: blockArray(b),
      leftStride: blockQuads,
      innerQuads: layer.inputQuads,
      taps: 1,
      weights: layer.conv1,
      columnQuads: layout.bottleneckQuads,
      frame: same(side),
      bindings: (slice) => ({ out: at(bottleneckOf(b, l), slice) }),
      uniforms: { ...scaled(layer.norm1), outStride: layout.bottleneckQuads, outFirst: 0 },
      quadsKept: MOMENT_QUADS,
      touches: 1,
    });
  }

  function poolTransition(b: number, out: Batched, norm: NormPlace): void {
    const [side = 0, outSide = 0] = sides.blocks.slice(b, b + 2);
    for (const { index, films } of slices) {
      const values = films * outSide * outSide * norm.quads;
      const uniforms = {
        ...windowOf({ side, outSide }),
        values,
        columnQuads: norm.quads,
        seenStride: norm.quads,
        ...scaled(norm),
      };
      add(
        dispatch(kernels.transitionPool, { seen: at(blockArray(b), index), norms, out: at(out, index) }, uniforms, {
          threads: values,
        }),
      );
    }
  }

  // Forward.

  if (!training) {
    const { quads: _, ...places } = layout.norm0;
    const first = { ...places, gammas: places.gammas - places.scales, betas: places.betas - places.scales };
    const uniforms = { ...first, scales: 0, shifts: layout.normQuads, runningMeans: 0, runningVariances: layout.normQuads };
    add(
      dispatch(
        normaliseInference,
        { parameters, running, norms },
        { quads: layout.normQuads, ...uniforms },
        { threads: layout.normQuads },
      ),
    );
  }
  if (fromFilms) {
    for (const { index, films } of slices) {
      const values = films * size * size;
      const [mean0, mean1, mean2] = NORMALISATION.mean;
      const [std0, std1, std2] = NORMALISATION.std;
      const bindings = { films: at(batch.films, index), moves: at(batch.moves, index), out: at(batch.images, index) };
      add(dispatch(spreadFilms, bindings, { values, size, mean0, mean1, mean2, std0, std1, std2 }, { threads: values }));
    }
  }
  const stemParts = product({
    kernel: kernels.stem,
    left: batch.images,
    leftStride: 1,
    innerQuads: 1,
    taps: 49,
    weights: layout.conv0,
    columnQuads: layout.stemQuads,
    frame: { side: size, outSide: sides.stem },
    bindings: (slice) => ({ out: at(batch.stem, slice) }),
    uniforms: { outStride: layout.stemQuads, outFirst: 0 },
    quadsKept: MOMENT_QUADS,
    touches: 1,
  });
  normalise(layout.norm0, layout.stem, 0, stemParts, pixelsOf(sides.stem));
  const poolFrame = { height: sides.stem, width: sides.stem, outHeight: sides.blocks[0] ?? 0, outWidth: sides.blocks[0] ?? 0 };
  let fresh = strips((sides.blocks[0] ?? 0) ** 2, layout.stemQuads, MOMENT_QUADS, (slice, grid, threads) =>
    dispatch(
      kernels.stemPool,
      { seen: at(batch.stem, slice), norms, out: at(blockArray(0), slice), columnParts },
      { ...grid, ...poolFrame, stemStride: layout.stemQuads, ...scaled(layout.norm0), outStride: layout.blocks[0]?.quads ?? 0 },
      { threads },
    ),
  );

  layout.blocks.forEach((block, b) => {
    const side = sides.blocks[b] ?? 0;
    // The channels whose moments have not been put together yet begin here.
    let freshFrom = 0;
    block.layers.forEach((layer, l) => {
      normalise(layer.norm1, block.channels, freshFrom, fresh, pixelsOf(side));
      const parts = convolveBottleneck(b, l, layer, side, block.quads);
      normalise(layer.norm2, layer.bottleneck, 0, parts, pixelsOf(side));
      fresh = product({
        kernel: kernels.growth,
        left: bottleneckOf(b, l),
        leftStride: layout.bottleneckQuads,
        innerQuads: layout.bottleneckQuads,
        taps: 9,
        weights: layer.conv2,
        columnQuads: layout.growthQuads,
        frame: same(side),
        narrow: true,
        bindings: (slice) => ({ out: at(blockArray(b), slice) }),
        uniforms: { ...scaled(layer.norm2), outStride: block.quads, outFirst: layer.inputQuads },
        quadsKept: MOMENT_QUADS,
        touches: 1,
      });
      freshFrom = layer.inputQuads;
    });
    const norm = block.transition?.norm ?? layout.norm5;
    normalise(norm, block.channels, freshFrom, fresh, pixelsOf(side));
    if (!block.transition) return;
    poolTransition(b, scratch, norm);
    const next = layout.blocks[b + 1];
    fresh = product({
      kernel: kernels.transition,
      left: scratch,
      leftStride: block.quads,
      innerQuads: block.quads,
      taps: 1,
      weights: block.transition.conv,
      columnQuads: block.transition.outQuads,
      frame: same(sides.blocks[b + 1] ?? 0),
      bindings: (slice) => ({ out: at(blockArray(b + 1), slice) }),
      uniforms: { outStride: next?.quads ?? 0, outFirst: 0 },
      quadsKept: MOMENT_QUADS,
      touches: 1,
    });
  });

  const lastIndex = layout.blocks.length - 1;
  const lastBlock = layout.blocks[lastIndex];
  const lastSide = sides.blocks[lastIndex] ?? 0;
  if (!lastBlock) throw new Error("A network without blocks");
  const { weights, biases, channels } = layout.classifier;
  const stride = batch.shape.count * classes;
  for (const { index, films, firstFilm } of slices) {
    const values = films * lastBlock.quads;
    const pool = {
      values,
      columnQuads: lastBlock.quads,
      pixels: lastSide * lastSide,
      seenStride: lastBlock.quads,
      ...scaled(layout.norm5),
    };
    const pooled = at(batch.pooled, index);
    add(dispatch(kernels.headPool, { seen: at(blockArray(lastIndex), index), norms, pooled }, pool, { threads: values }));
    const loss = { values: films * classes, channels, classes, weights, biases, outFirst: firstFilm * classes, stride };
    add(
      dispatch(
        headLoss,
        { pooled, parameters, targets: batch.targets, out: batch.outcome },
        { ...loss, elements: lossCount * classes, positiveWeight },
        { threads: films * classes, flop: 2 * films * classes * channels },
      ),
    );
  }
  if (!training) return dispatches;

  // Backward.

  function addSums(norm: NormPlace, place: ChannelPlace, parts: number, begin: boolean, pixels: number): void {
    const { quads, gammas, betas } = norm;
    const uniforms = { quads, parts, gammas, betas, firsts: place.firsts, seconds: place.seconds, begin: begin ? 1 : 0, pixels };
    add(dispatch(addNormSums, { columnParts, parameters, gradients, sums }, uniforms, { threads: quads }));
  }
  const seenThrough = (norm: NormPlace, place: ChannelPlace, seenStride: number) => ({
    ...scaled(norm),
    means: place.means,
    deviations: place.deviations,
    gammas: norm.gammas,
    seenStride,
  });
  /** Channels from `firstQuad` of a block, their gradient corrected, into `out`. */
  function take(b: number, side: number, firstQuad: number, columnQuads: number, out: Batched): void {
    const block = layout.blocks[b];
    if (!block) return;
    const { means, deviations, firsts, seconds } = block.channels;
    for (const { index, films } of slices) {
      const values = films * side * side * columnQuads;
      const uniforms = {
        values,
        columnQuads,
        stride: block.quads,
        firstQuad,
        means: means + firstQuad,
        deviations: deviations + firstQuad,
        firsts: firsts + firstQuad,
        seconds: seconds + firstQuad,
      };
      const bindings = {
        seen: at(blockArray(b), index),
        statistics,
        sums,
        gradient: at(batch.gradient, index),
        out: at(out, index),
      };
      add(dispatch(kernels.takeGradient, bindings, uniforms, { threads: values }));
    }
  }
  /** A gradient to all of an array's channels, corrected where it lies. */
  function correct(seen: Batched, gradient: Batched, side: number, columnQuads: number, place: ChannelPlace): void {
    const { means, deviations, firsts, seconds } = place;
    for (const { index, films } of slices) {
      const values = films * side * side * columnQuads;
      const uniforms = { values, columnQuads, stride: columnQuads, firstQuad: 0, means, deviations, firsts, seconds };
      const bindings = { seen: at(seen, index), statistics, sums, gradient: at(gradient, index) };
      add(dispatch(kernels.correctGradient, bindings, uniforms, { threads: values }));
    }
  }

  const slopesOf = (firstFilm: number) => 2 * stride + firstFilm * classes;
  for (const { index, films, firstFilm } of slices) {
    add(
      dispatch(
        headWeightGradient,
        { pooled: at(batch.pooled, index), slopes: batch.outcome, gradients },
        { images: films, channels, classes, slopesFirst: slopesOf(firstFilm), weights, biases },
        { threads: channels + 1, flop: 2 * films * classes * channels },
      ),
    );
  }
  const headParts = strips(lastSide * lastSide, lastBlock.quads, 2, (slice, grid, threads) =>
    dispatch(
      kernels.headPoolGradient,
      {
        seen: at(blockArray(lastIndex), slice),
        norms,
        statistics,
        parameters,
        classifier: parameters,
        slopes: batch.outcome,
        out: at(batch.gradient, slice),
        columnParts,
      },
      {
        ...grid,
        ...seenThrough(layout.norm5, lastBlock.channels, lastBlock.quads),
        pixels: lastSide * lastSide,
        classes,
        slopesFirst: slopesOf(slices[slice]?.firstFilm ?? 0),
        weights,
        outStride: lastBlock.quads,
      },
      { threads },
    ),
  );
  addSums(layout.norm5, lastBlock.channels, headParts, true, pixelsOf(lastSide));

  for (let b = lastIndex; b >= 0; b--) {
    const block = layout.blocks[b];
    if (!block) continue;
    const side = sides.blocks[b] ?? 0;
    const { transition } = block;
    if (transition) {
      const outSide = sides.blocks[b + 1] ?? 0;
      const { norm, outQuads, conv } = transition;
      take(b + 1, outSide, 0, outQuads, scratch);
      poolTransition(b, batch.bottleneckGradient, norm);
      weightProduct({
        kernel: kernels.transitionWeights,
        left: batch.bottleneckGradient,
        leftStride: block.quads,
        innerQuads: block.quads,
        taps: 1,
        right: scratch,
        columnQuads: outQuads,
        frame: same(outSide),
        weights: conv,
        norm: null,
      });
      product({
        kernel: kernels.transitionInput,
        left: scratch,
        leftStride: outQuads,
        innerQuads: outQuads,
        taps: 1,
        weights: conv,
        columnQuads: block.quads,
        frame: same(outSide),
        bindings: (slice) => ({ out: at(batch.bottleneckGradient, slice) }),
        uniforms: { outStride: block.quads, outFirst: 0 },
        quadsKept: 0,
        touches: 1,
      });
      const parts = strips(side * side, block.quads, 2, (slice, grid, threads) =>
        dispatch(
          kernels.transitionPoolGradient,
          {
            seen: at(blockArray(b), slice),
            norms,
            statistics,
            parameters,
            pooled: at(batch.bottleneckGradient, slice),
            out: at(batch.gradient, slice),
            columnParts,
          },
          { ...grid, ...windowOf({ side, outSide }), ...seenThrough(norm, block.channels, block.quads), outStride: block.quads },
          { threads },
        ),
      );
      addSums(norm, block.channels, parts, true, pixelsOf(side));
    }

    for (let l = block.layers.length - 1; l >= 0; l--) {
      const layer = block.layers[l];
      if (!layer) continue;
      const { norm1, norm2, bottleneck, inputQuads } = layer;
      const array = bottleneckOf(b, l);
      take(b, side, inputQuads, layout.growthQuads, batch.taken);
      if (!keepBottlenecks) convolveBottleneck(b, l, layer, side, block.quads);
      weightProduct({
        kernel: kernels.growthWeights,
        left: array,
        leftStride: layout.bottleneckQuads,
        innerQuads: layout.bottleneckQuads,
        taps: 9,
        right: batch.taken,
        columnQuads: layout.growthQuads,
        frame: same(side),
        weights: layer.conv2,
        norm: norm2,
      });
      const parts2 = product({
        kernel: kernels.growthInput,
        left: batch.taken,
        leftStride: layout.growthQuads,
        innerQuads: layout.growthQuads,
        taps: 9,
        weights: layer.conv2,
        columnQuads: layout.bottleneckQuads,
        frame: same(side),
        bindings: (slice) => ({ statistics, seen: at(array, slice), out: at(batch.bottleneckGradient, slice) }),
        uniforms: { ...seenThrough(norm2, bottleneck, layout.bottleneckQuads), outStride: layout.bottleneckQuads },
        quadsKept: 2,
        touches: 3,
      });
      addSums(norm2, bottleneck, parts2, true, pixelsOf(side));
      correct(array, batch.bottleneckGradient, side, layout.bottleneckQuads, bottleneck);
      weightProduct({
        kernel: kernels.bottleneckWeights,
        left: blockArray(b),
        leftStride: block.quads,
        innerQuads: inputQuads,
        taps: 1,
        right: batch.bottleneckGradient,
        columnQuads: layout.bottleneckQuads,
        frame: same(side),
        weights: layer.conv1,
        norm: norm1,
      });
      const parts1 = product({
        kernel: kernels.bottleneckInput,
        left: batch.bottleneckGradient,
        leftStride: layout.bottleneckQuads,
        innerQuads: layout.bottleneckQuads,
        taps: 1,
        weights: layer.conv1,
        columnQuads: inputQuads,
        frame: same(side),
        bindings: (slice) => ({ statistics, seen: at(blockArray(b), slice), out: at(batch.gradient, slice) }),
        uniforms: { ...seenThrough(norm1, block.channels, block.quads), outStride: block.quads },
        quadsKept: 2,
        touches: 3,
      });
      addSums(norm1, block.channels, parts1, false, pixelsOf(side));
    }
  }

  // The stem: its pooled gradient leaves the block's buffer, which then takes the stem's.
  take(0, sides.blocks[0] ?? 0, 0, layout.stemQuads, scratch);
  const stemSums = strips(sides.stem * sides.stem, layout.stemQuads, 2, (slice, grid, threads) =>
    dispatch(
      kernels.stemPoolGradient,
      {
        seen: at(batch.stem, slice),
        norms,
        statistics,
        parameters,
        pooled: at(scratch, slice),
        out: at(batch.gradient, slice),
        columnParts,
      },
      { ...grid, ...poolFrame, stemStride: layout.stemQuads, ...seenThrough(layout.norm0, layout.stem, layout.stemQuads) },
      { threads },
    ),
  );
  addSums(layout.norm0, layout.stem, stemSums, true, pixelsOf(sides.stem));
  correct(batch.stem, batch.gradient, sides.stem, layout.stemQuads, layout.stem);
  weightProduct({
    kernel: kernels.stemWeights,
    left: batch.images,
    leftStride: 1,
    innerQuads: 1,
    taps: 49,
    right: batch.gradient,
    columnQuads: layout.stemQuads,
    frame: { side: size, outSide: sides.stem },
    weights: layout.conv0,
    norm: null,
    rowQuads: 1,
  });
  return dispatches;
}
