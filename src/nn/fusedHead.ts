// The fused engine's head: from the last block's features to logits and losses, and back. What lies before it is fusedForward's and
// fusedBackward's.
import { dispatch } from "../kernels/dispatches";
import { headLoss, headWeightGradient } from "../kernels/head";
import { addSums, seenThrough } from "./fusedNorms";
import { type Pass, scaled } from "./fusedPass";

/** Logits and losses in `outcome`. */
export function recordHeadForward({ add, at, slices, kernels, layout, options, batch, state, blockArray, last }: Pass): void {
  const { classes, focal } = options;
  const { parameters, norms } = state;
  const { weights, biases, channels } = layout.classifier;
  const stride = batch.shape.count * classes;
  // torchvision's way to say that nothing weighs the classes.
  const shape = { gamma: focal?.gamma ?? 0, alpha: focal?.alpha ?? -1 };
  for (const { index, films, firstFilm } of slices) {
    const values = films * last.block.quads;
    const pool = {
      values,
      columnQuads: last.block.quads,
      pixels: last.side * last.side,
      seenStride: last.block.quads,
      ...scaled(layout.norm5),
    };
    const pooled = at(batch.pooled, index);
    add(
      dispatch(kernels.headPool, { seen: at(blockArray(last.index), index), norms, pooled }, pool, {
        threads: values,
        touched: { seen: values * last.side ** 2, pooled: values },
      }),
    );
    const loss = { values: films * classes, channels, classes, weights, biases, outFirst: firstFilm * classes, stride };
    add(
      dispatch(
        headLoss(focal ? "focal" : "bce"),
        { pooled, parameters, targets: batch.targets, out: batch.outcome },
        { ...loss, ...shape, targetsEnd: stride },
        { threads: films * classes, flop: 2 * films * classes * channels },
      ),
    );
  }
}

/** Begins the gradient of the last block's features, and adds those of the head's parameters. */
export function recordHeadBackward(pass: Pass): void {
  const { add, at, slices, strips, kernels, layout, options, batch, state, pixelsOf, blockArray, last } = pass;
  const { norms, statistics, parameters, gradients } = state;
  const { columnParts } = batch;
  const { classes } = options;
  const { weights, biases, channels } = layout.classifier;
  const slopesOf = (firstFilm: number) => 2 * batch.shape.count * classes + firstFilm * classes;
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
  const headParts = strips(last.side * last.side, last.block.quads, 2, (slice, grid, threads) =>
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
        classes,
        slopesFirst: slopesOf(slices[slice]?.firstFilm ?? 0),
        weights,
        outStride: last.block.quads,
      },
      { threads, touched: { seen: grid.rows * last.block.quads, out: grid.rows * last.block.quads } },
    ),
  );
  addSums(pass, layout.norm5, last.block.channels, headParts, true, pixelsOf(last.side));
}
