// One pass of the fused engine while it is being recorded: the operations that forward and backward are made of, each a dispatch for every
// slice of the batch. Knows kernels and places, not their order (fusedForward.ts, fusedBackward.ts); allocates and runs nothing.
import { MOMENT_QUADS, planStrips } from "../kernels/columns";
import { type Dispatch, dispatch, type PlannedBuffer } from "../kernels/dispatches";
import type { Kernel } from "../kernels/kernel";
import { planProduct } from "../kernels/product";
import { planReduction } from "../kernels/reduction";
import { sumParts } from "../kernels/sumParts";
import { planWeightProduct } from "../kernels/weightProduct";
import type { EngineOptions, EngineUse } from "./engine";
import { type BatchBuffers, type Batched, QUAD_BYTES, type StateBuffers } from "./fusedBuffers";
import { openKernels, type Tuning } from "./fusedKernels";
import {
  type BlockPlace,
  type ChannelPlace,
  type FusedLayout,
  type LayerPlace,
  type NormPlace,
  planSides,
  QUAD,
} from "./fusedLayout";
import { isTrained } from "./layerGroups";

export interface PassInputs {
  layout: FusedLayout;
  options: EngineOptions;
  tuning: Tuning;
  state: StateBuffers;
  batch: BatchBuffers;
  /** Films of this pass, at most the batch's capacity. */
  count: number;
  /** Images come as bytes; else they lie in `images` already. */
  fromFilms: boolean;
  /** Layer groups whose convolutions are not trained: no gradients of their weights. */
  frozenGroups: number;
}

/** Films of a pass: a slice, or all of them as one. */
export interface Films {
  index: number;
  firstFilm: number;
  films: number;
}

/** Sides in pixels of a convolution's input and output. */
export interface Frame {
  side: number;
  outSide: number;
}

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
  /** The output is added to. */
  adds?: boolean;
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
  narrow?: boolean;
}

export const same = (side: number): Frame => ({ side, outSide: side });
export const windowOf = ({ side, outSide }: Frame) => ({ height: side, width: side, outHeight: outSide, outWidth: outSide });
export const scaled = ({ scales, shifts }: NormPlace) => ({ scales, shifts });

export type Pass = ReturnType<typeof openPass>;

export function openPass(kind: EngineUse, inputs: PassInputs) {
  const { layout, tuning, state, batch, count, frozenGroups } = inputs;
  const { storage, keepBottlenecks } = batch.options;
  const kernels = openKernels(tuning, storage);
  const sides = planSides(layout.blocks.length, batch.shape.size);
  const { parameters, gradients, running, norms, statistics } = state;
  const { columnParts, weightParts } = batch;
  const training = kind === "training";
  const dispatches: Dispatch[] = [];
  const add = (one: Dispatch) => dispatches.push(one);

  const slices: Films[] = Array.from({ length: Math.ceil(count / batch.filmsPerSlice) }, (_, index) => ({
    index,
    firstFilm: index * batch.filmsPerSlice,
    films: Math.min(batch.filmsPerSlice, count - index * batch.filmsPerSlice),
  }));
  const whole: Films = { index: 0, firstFilm: 0, films: count };
  const at = (array: Batched, index: number): PlannedBuffer => {
    const buffer = array[index];
    if (!buffer) throw new Error("No such slice");
    return buffer;
  };
  const reserve = (buffer: PlannedBuffer, bytes: number) => {
    buffer.bytes = Math.max(buffer.bytes, bytes);
  };

  /** A product over all slices. Returns the parts of each column. */
  function product(call: ProductCall): number {
    const { kernel, left, leftStride, innerQuads, taps, weights, columnQuads, frame, narrow, quadsKept, adds } = call;
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
      const values = rows * columnQuads;
      const touched = {
        left: pixels * innerQuads,
        parameters: taps * innerQuads * QUAD * columnQuads,
        out: adds ? 2 * values : values,
        ...(kernel.bindings.seen && { seen: values }),
      };
      add(dispatch(kernel, bindings, uniforms, { threads: grid.threads, flop, touched }));
      parts += grid.strips;
    }
    reserve(columnParts, parts * quadsKept * columnQuads * QUAD_BYTES.f32);
    return parts;
  }

  const frozen = new Set(layout.parameters.arrays.filter((array) => !isTrained(array, frozenGroups)).map(({ offset }) => offset));
  /** Whether the convolution whose weights lie there is trained. */
  const trains = (weights: number) => !frozen.has(weights * QUAD);

  /** The gradient to weights, where they are trained: added where they lie, or in parts that are then summed. */
  function weightProduct(call: WeightCall): void {
    const {
      kernel,
      left,
      leftStride,
      innerQuads,
      taps,
      right,
      columnQuads,
      frame,
      weights,
      norm,
      rowQuads = 2,
      narrow = false,
    } = call;
    if (!trains(weights)) return;
    const quads = taps * innerQuads * QUAD * columnQuads;
    let parts = 0;
    const grids = slices.map(({ films }) =>
      planWeightProduct({ pixels: films * frame.outSide ** 2, innerQuads, taps, columnQuads, rowQuads, narrow }, tuning),
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
      const touched = {
        left: films * frame.side * frame.side * innerQuads,
        right: pixels * columnQuads,
        out: quads * (split ? grid.parts : 2),
      };
      add(dispatch(kernel, bindings, uniforms, { threads: grid.threads, flop, touched }));
      parts += grid.parts;
    });
    if (!split) return;
    reserve(weightParts, parts * quads * QUAD_BYTES.f32);
    add(
      dispatch(
        sumParts,
        { parts: weightParts, gradients },
        { quads, parts, stride: quads, out: weights },
        {
          threads: quads,
          touched: { parts: parts * quads, gradients: 2 * quads },
        },
      ),
    );
  }

  /** A kernel of strips over all slices, or over the films given. Returns the parts of each column. */
  function strips(
    rowsPerFilm: number,
    columnQuads: number,
    quadsKept: number,
    make: (
      slice: number,
      grid: Record<"rows" | "rowsPerStrip" | "strips" | "columnQuads" | "partsFrom", number>,
      threads: number,
    ) => Dispatch,
    over: readonly Films[] = slices,
  ): number {
    let parts = 0;
    for (const { index, films } of over) {
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
    add(
      dispatch(kernels.normaliseTraining, { columnParts, statistics, parameters, norms, running }, uniforms, {
        ...planReduction(quads, tuning),
        touched: { columnParts: parts * MOMENT_QUADS * (quads - fresh) },
      }),
    );
  }

  const pixelsOf = (side: number) => count * side * side;

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

  /** Returns the parts of the stem's moments. */
  function convolveStem(out: Batched): number {
    return product({
      kernel: kernels.stem,
      left: batch.images,
      leftStride: 1,
      innerQuads: 1,
      taps: 49,
      weights: layout.conv0,
      columnQuads: layout.stemQuads,
      frame: { side: batch.shape.size, outSide: sides.stem },
      bindings: (slice) => ({ out: at(out, slice) }),
      uniforms: { outStride: layout.stemQuads, outFirst: 0 },
      quadsKept: MOMENT_QUADS,
    });
  }

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
          touched: { seen: films * side * side * norm.quads, out: values },
        }),
      );
    }
  }

  const index = layout.blocks.length - 1;
  const last = { index, block: layout.blocks[index] as BlockPlace, side: sides.blocks[index] ?? 0 };

  return {
    ...inputs,
    training,
    last,
    kernels,
    sides,
    dispatches,
    slices,
    whole,
    scratch,
    at,
    add,
    product,
    trains,
    weightProduct,
    strips,
    normalise,
    pixelsOf,
    bottleneckOf,
    blockArray,
    convolveStem,
    convolveBottleneck,
    poolTransition,
  };
}
