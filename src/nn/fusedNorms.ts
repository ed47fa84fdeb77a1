// The gradient back through BatchNorm, as the fused engine's layers and head share it: sums that each adds to, and what is taken off once a
// channel when its producer reads its gradient (kernels/normGradient.ts). Knows no order of layers.
import { dispatch } from "../kernels/dispatches";
import { planReduction } from "../kernels/reduction";
import type { Batched } from "./fusedBuffers";
import type { BlockPlace, ChannelPlace, NormPlace } from "./fusedLayout";
import { type Pass, scaled } from "./fusedPass";

/** The parts of a norm's column sums to its own gradients, and to what will be taken off the channels it read. */
export function addSums(
  { add, kernels, tuning, state, batch }: Pass,
  norm: NormPlace,
  place: ChannelPlace,
  parts: number,
  begin: boolean,
  pixels: number,
): void {
  const { parameters, gradients, sums } = state;
  const { quads, gammas, betas } = norm;
  const { firsts, seconds } = place;
  const uniforms = { quads, parts, gammas, betas, firsts, seconds, begin: begin ? 1 : 0, pixels };
  const touched = { columnParts: 2 * parts * quads };
  add(
    dispatch(kernels.addNormSums, { columnParts: batch.columnParts, parameters, gradients, sums }, uniforms, {
      ...planReduction(quads, tuning),
      touched,
    }),
  );
}

/** Where a gradient back through a norm (kernels/columns.ts) finds it and the channels it read. */
export const seenThrough = (norm: NormPlace, place: ChannelPlace, seenStride: number) => ({
  ...scaled(norm),
  means: place.means,
  deviations: place.deviations,
  gammas: norm.gammas,
  seenStride,
});

/** Channels from `firstQuad` of a block, their gradient corrected, into `out`. */
export function take(pass: Pass, b: number, firstQuad: number, columnQuads: number, out: Batched): void {
  const { add, at, slices, kernels, layout, sides, state, batch, blockArray } = pass;
  const { statistics, sums } = state;
  const { quads: stride, channels } = layout.blocks[b] as BlockPlace;
  const side = sides.blocks[b] ?? 0;
  for (const { index, films } of slices) {
    const values = films * side * side * columnQuads;
    const uniforms = {
      values,
      columnQuads,
      stride,
      firstQuad,
      means: channels.means + firstQuad,
      deviations: channels.deviations + firstQuad,
      firsts: channels.firsts + firstQuad,
      seconds: channels.seconds + firstQuad,
    };
    const arrays = { seen: at(blockArray(b), index), gradient: at(batch.gradient, index), out: at(out, index) };
    add(
      dispatch(kernels.takeGradient, { ...arrays, statistics, sums }, uniforms, {
        threads: values,
        touched: { seen: values, gradient: values, out: values },
      }),
    );
  }
}

/** A gradient to all of an array's channels, corrected where it lies. */
export function correct(
  pass: Pass,
  seen: Batched,
  gradient: Batched,
  side: number,
  columnQuads: number,
  place: ChannelPlace,
): void {
  const { add, at, slices, kernels, state } = pass;
  const { statistics, sums } = state;
  const { means, deviations, firsts, seconds } = place;
  for (const { index, films } of slices) {
    const values = films * side * side * columnQuads;
    const uniforms = { values, columnQuads, stride: columnQuads, firstQuad: 0, means, deviations, firsts, seconds };
    const bindings = { seen: at(seen, index), statistics, sums, gradient: at(gradient, index) };
    add(
      dispatch(kernels.correctGradient, bindings, uniforms, { threads: values, touched: { seen: values, gradient: 2 * values } }),
    );
  }
}
