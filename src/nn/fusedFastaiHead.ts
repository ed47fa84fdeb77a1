// fastai's head on the fused engine: pooling, BatchNorm, dropout, the hidden layer, BatchNorm, dropout; forward and back. Its rows are so
// few that all slices share them, and BatchNorm sees all of a pass.
import { MOMENT_QUADS } from "../kernels/columns";
import { dispatch, type PlannedBuffer } from "../kernels/dispatches";
import { linearInputGradient, linearRelu, linearWeightGradient, reluGradient } from "../kernels/linear";
import { normaliseRows, normaliseRowsGradient } from "../kernels/normaliseRows";
import { correctGradient } from "../kernels/normGradient";
import type { FastaiHeadBuffers, RowsBuffers } from "./fusedBuffers";
import { recordClassifierGradient, recordLoss, slopesOf } from "./fusedClassifier";
import { type FastaiHeadPlace, QUAD, type RowsPlace } from "./fusedLayout";
import { addSums, seenThrough } from "./fusedNorms";
import { type Pass, scaled } from "./fusedPass";

const correctRows = correctGradient("f32");

export function recordFastaiHeadForward(pass: Pass, place: FastaiHeadPlace, { pooled, places, hidden }: FastaiHeadBuffers): void {
  const { at, slices, whole, strips, kernels, layout, count, batch, state, blockArray, last } = pass;
  const { norms, parameters } = state;
  const { columnParts } = batch;
  const pooledParts = strips(1, pooled.quads, MOMENT_QUADS, (slice, grid, threads) =>
    dispatch(
      kernels.concatPool,
      { seen: at(blockArray(last.index), slice), norms, pooled: pooled.rows, places, columnParts },
      {
        ...grid,
        firstImage: slices[slice]?.firstFilm ?? 0,
        pixels: last.side * last.side,
        seenStride: last.block.quads,
        ...scaled(layout.norm5),
      },
      { threads, touched: { seen: grid.rows * last.side ** 2 * pooled.quads, pooled: grid.rows * pooled.quads } },
    ),
  );
  normaliseAndDrop(pass, place.pooled, pooled, pooledParts);
  const inner = pooled.quads * QUAD;
  const hiddenParts = strips(
    1,
    hidden.quads,
    MOMENT_QUADS,
    (_, grid, threads) =>
      dispatch(
        linearRelu,
        { left: pooled.kept, parameters, out: hidden.rows, columnParts },
        { ...grid, inner, weights: place.weights / QUAD, biases: place.biases / QUAD },
        { threads, flop: 2 * count * inner * hidden.quads * QUAD, touched: { parameters: inner * hidden.quads } },
      ),
    [whole],
  );
  normaliseAndDrop(pass, place.hidden, hidden, hiddenParts);
  recordLoss(pass, hidden.kept, whole);
}

export function recordFastaiHeadBackward(pass: Pass, place: FastaiHeadPlace, buffers: FastaiHeadBuffers): void {
  const { pooled, places, hidden } = buffers;
  const { add, at, slices, whole, strips, kernels, layout, options, count, batch, state, pixelsOf, blockArray, last } = pass;
  const { statistics, parameters, gradients } = state;
  const { columnParts } = batch;
  const { classifier } = layout;
  recordClassifierGradient(pass, hidden.kept, whole);
  spreadSlopes(
    pass,
    batch.outcome,
    { outs: options.classes, slopesFirst: slopesOf(pass, 0), weights: classifier.weights },
    hidden,
  );
  normaliseBack(pass, place.hidden, hidden);

  const values = count * hidden.quads;
  add(dispatch(reluGradient, { activated: hidden.rows, gradient: hidden.gradient }, { values }, { threads: values }));
  const [inner, outs] = [pooled.quads * QUAD, hidden.quads * QUAD];
  const { weights, biases } = place;
  add(
    dispatch(
      linearWeightGradient,
      { left: pooled.kept, slopes: hidden.gradient, gradients },
      { rows: count, inner, outs, slopesFirst: 0, weights, biases },
      { threads: (inner + 1) * outs, flop: 2 * count * inner * outs, touched: { gradients: 2 * inner * outs } },
    ),
  );
  spreadSlopes(pass, hidden.gradient, { outs, slopesFirst: 0, weights }, pooled);
  normaliseBack(pass, place.pooled, pooled);

  const parts = strips(last.side * last.side, last.block.quads, 2, (slice, grid, threads) =>
    dispatch(
      kernels.concatPoolGradient,
      {
        seen: at(blockArray(last.index), slice),
        statistics,
        parameters,
        pooled: pooled.gradient,
        places,
        out: at(batch.gradient, slice),
        columnParts,
      },
      {
        ...grid,
        ...seenThrough(layout.norm5, last.block.channels, last.block.quads),
        firstImage: slices[slice]?.firstFilm ?? 0,
        pixels: last.side * last.side,
        outStride: last.block.quads,
      },
      { threads, touched: { seen: grid.rows * last.block.quads, out: grid.rows * last.block.quads } },
    ),
  );
  addSums(pass, layout.norm5, last.block.channels, parts, true, pixelsOf(last.side));
}

/** BatchNorm by all films of the pass, then dropout. */
function normaliseAndDrop(
  pass: Pass,
  { norm, channels }: RowsPlace,
  { quads, rows, masks, kept }: RowsBuffers,
  parts: number,
): void {
  const { add, normalise, count, state } = pass;
  normalise(norm, channels, 0, parts, count);
  const values = count * quads;
  const bindings = { seen: rows, norms: state.norms, masks, out: kept };
  add(dispatch(normaliseRows, bindings, { values, columnQuads: quads, ...scaled(norm) }, { threads: values }));
}

/** The gradient to what was kept becomes that to the rows. */
function normaliseBack(pass: Pass, { norm, channels }: RowsPlace, { quads, rows, masks, gradient }: RowsBuffers): void {
  const { add, strips, whole, count, batch, state } = pass;
  const { statistics, parameters, sums } = state;
  const { columnParts } = batch;
  const parts = strips(
    1,
    quads,
    2,
    (_, grid, threads) =>
      dispatch(
        normaliseRowsGradient,
        { seen: rows, masks, statistics, parameters, gradient, columnParts },
        { ...grid, ...seenThrough(norm, channels, quads) },
        { threads },
      ),
    [whole],
  );
  addSums(pass, norm, channels, parts, true, count);
  const { means, deviations, firsts, seconds } = channels;
  const values = count * quads;
  const uniforms = { values, columnQuads: quads, stride: quads, firstQuad: 0, means, deviations, firsts, seconds };
  add(dispatch(correctRows, { seen: rows, statistics, sums, gradient }, uniforms, { threads: values }));
}

/** The gradient back through a linear layer to what `rows` kept. */
function spreadSlopes(
  { add, count, state }: Pass,
  slopes: PlannedBuffer,
  layer: { outs: number; slopesFirst: number; weights: number },
  { quads, gradient }: RowsBuffers,
): void {
  const inner = quads * QUAD;
  const size = { threads: count * inner, flop: 2 * count * inner * layer.outs, touched: { parameters: inner * layer.outs } };
  const bindings = { slopes, parameters: state.parameters, out: gradient };
  add(dispatch(linearInputGradient, bindings, { values: count * inner, inner, ...layer }, size));
}
