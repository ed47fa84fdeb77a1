// The fused engine's head: from the last block's features to logits and losses, and back. The linear one stands here, fastai's in
// fusedFastaiHead.ts, and what both end in, in fusedClassifier.ts.
import { dispatch } from "../kernels/dispatches";
import { recordClassifierGradient, recordLoss, slopesOf } from "./fusedClassifier";
import { recordFastaiHeadBackward, recordFastaiHeadForward } from "./fusedFastaiHead";
import { addSums, seenThrough } from "./fusedNorms";
import { type Pass, scaled } from "./fusedPass";

/** Logits and losses in `outcome`. */
export function recordHeadForward(pass: Pass): void {
  const { layout, batch } = pass;
  if (layout.fastaiHead && batch.fastaiHead) recordFastaiHeadForward(pass, layout.fastaiHead, batch.fastaiHead);
  else recordLinearForward(pass);
}

/** Begins the gradient of the last block's features, and adds those of the head's parameters. */
export function recordHeadBackward(pass: Pass): void {
  const { layout, batch } = pass;
  if (layout.fastaiHead && batch.fastaiHead) recordFastaiHeadBackward(pass, layout.fastaiHead, batch.fastaiHead);
  else recordLinearBackward(pass);
}

function recordLinearForward(pass: Pass): void {
  const { add, at, slices, kernels, layout, batch, state, blockArray, last } = pass;
  const { norms } = state;
  for (const slice of slices) {
    const values = slice.films * last.block.quads;
    const uniforms = {
      values,
      columnQuads: last.block.quads,
      pixels: last.side * last.side,
      seenStride: last.block.quads,
      ...scaled(layout.norm5),
    };
    const pooled = at(batch.pooled, slice.index);
    add(
      dispatch(kernels.headPool, { seen: at(blockArray(last.index), slice.index), norms, pooled }, uniforms, {
        threads: values,
        touched: { seen: values * last.side ** 2, pooled: values },
      }),
    );
    recordLoss(pass, pooled, slice);
  }
}

function recordLinearBackward(pass: Pass): void {
  const { at, slices, strips, kernels, layout, options, batch, state, pixelsOf, blockArray, last } = pass;
  const { norms, statistics, parameters } = state;
  const { columnParts } = batch;
  for (const slice of slices) recordClassifierGradient(pass, at(batch.pooled, slice.index), slice);
  const parts = strips(last.side * last.side, last.block.quads, 2, (slice, grid, threads) =>
    dispatch(
      kernels.headPoolGradient,
      {
        seen: at(blockArray(last.index), slice),
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
        ...seenThrough(layout.norm5, last.block.channels, last.block.quads),
        pixels: last.side * last.side,
        classes: options.classes,
        slopesFirst: slopesOf(pass, slices[slice]?.firstFilm ?? 0),
        weights: layout.classifier.weights,
        outStride: last.block.quads,
      },
      { threads, touched: { seen: grid.rows * last.block.quads, out: grid.rows * last.block.quads } },
    ),
  );
  addSums(pass, layout.norm5, last.block.channels, parts, true, pixelsOf(last.side));
}
