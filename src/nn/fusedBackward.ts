// The fused engine's backward pass: from the loss down, each layer adding its share to the block's one gradient buffer. What BatchNorm takes
// off for its batch statistics is taken off once a channel, when the channel's own producer reads its gradient (kernels/normGradient.ts).
import { dispatch } from "../kernels/dispatches";
import { recordHeadBackward } from "./fusedHead";
import type { BlockPlace, LayerPlace, TransitionPlace } from "./fusedLayout";
import { addSums, correct, seenThrough, take } from "./fusedNorms";
import { type Pass, same, windowOf } from "./fusedPass";

/** Adds the gradient of every parameter that is trained to `gradients`. */
export function recordBackward(pass: Pass): void {
  const { blocks } = pass.layout;
  recordHeadBackward(pass);
  for (let b = blocks.length - 1; b >= 0; b--) {
    const block = blocks[b] as BlockPlace;
    if (block.transition) recordTransition(pass, block, block.transition, b);
    for (let l = block.layers.length - 1; l >= 0; l--) recordLayer(pass, block, block.layers[l] as LayerPlace, b, l);
  }
  recordStem(pass);
}

function recordTransition(pass: Pass, block: BlockPlace, { norm, outQuads, conv }: TransitionPlace, b: number): void {
  const { at, product, trains, weightProduct, strips, poolTransition, pixelsOf } = pass;
  const { kernels, sides, batch, state, scratch, blockArray } = pass;
  const { norms, statistics, parameters } = state;
  const { columnParts } = batch;
  const side = sides.blocks[b] ?? 0;
  const outSide = sides.blocks[b + 1] ?? 0;
  take(pass, b + 1, 0, outQuads, scratch);
  if (trains(conv)) poolTransition(b, batch.bottleneckGradient, norm);
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
      {
        threads,
        touched: {
          seen: grid.rows * block.quads,
          pooled: (grid.rows / side ** 2) * outSide ** 2 * block.quads,
          out: grid.rows * block.quads,
        },
      },
    ),
  );
  addSums(pass, norm, block.channels, parts, true, pixelsOf(side));
}

function recordLayer(pass: Pass, block: BlockPlace, layer: LayerPlace, b: number, l: number): void {
  const { at, product, weightProduct, convolveBottleneck, pixelsOf, bottleneckOf, blockArray } = pass;
  const { kernels, layout, sides, batch, state } = pass;
  const { statistics } = state;
  const { keepBottlenecks } = batch.options;
  const side = sides.blocks[b] ?? 0;
  const { norm1, norm2, bottleneck, inputQuads } = layer;
  const array = bottleneckOf(b, l);
  take(pass, b, inputQuads, layout.growthQuads, batch.taken);
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
    narrow: true,
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
  });
  addSums(pass, norm2, bottleneck, parts2, true, pixelsOf(side));
  correct(pass, array, batch.bottleneckGradient, side, layout.bottleneckQuads, bottleneck);
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
    adds: true,
  });
  addSums(pass, norm1, block.channels, parts1, false, pixelsOf(side));
}

/**
 * The pooled gradient leaves the first block's gradients, whose buffer then takes the stem's; likewise the block's features give way to the
 * stem's output, computed again where it was not kept.
 */
function recordStem(pass: Pass): void {
  const { at, strips, trains, weightProduct, convolveStem, pixelsOf, kernels, layout, sides, batch, state } = pass;
  const { scratch, blockArray } = pass;
  const { norms, statistics, parameters } = state;
  const { columnParts } = batch;
  const poolFrame = windowOf({ side: sides.stem, outSide: sides.blocks[0] ?? 0 });
  take(pass, 0, 0, layout.stemQuads, scratch);
  const { keepBottlenecks } = batch.options;
  const stem = keepBottlenecks ? batch.stem : blockArray(0);
  if (!keepBottlenecks) convolveStem(stem);
  const stemSums = strips(sides.stem * sides.stem, layout.stemQuads, 2, (slice, grid, threads) =>
    dispatch(
      kernels.stemPoolGradient,
      {
        seen: at(stem, slice),
        norms,
        statistics,
        parameters,
        pooled: at(scratch, slice),
        out: at(batch.gradient, slice),
        columnParts,
      },
      { ...grid, ...poolFrame, stemStride: layout.stemQuads, ...seenThrough(layout.norm0, layout.stem, layout.stemQuads) },
      {
        threads,
        touched: {
          seen: grid.rows * layout.stemQuads,
          pooled: (grid.rows / sides.stem ** 2) * (sides.blocks[0] ?? 0) ** 2 * layout.stemQuads,
          out: grid.rows * layout.stemQuads,
        },
      },
    ),
  );
  addSums(pass, layout.norm0, layout.stem, stemSums, true, pixelsOf(sides.stem));
  // What is left below is the stem's weights.
  if (!trains(layout.conv0)) return;
  correct(pass, stem, batch.gradient, sides.stem, layout.stemQuads, layout.stem);
  weightProduct({
    kernel: kernels.stemWeights,
    left: batch.images,
    leftStride: 1,
    innerQuads: 1,
    taps: 49,
    right: batch.gradient,
    columnQuads: layout.stemQuads,
    frame: { side: batch.shape.size, outSide: sides.stem },
    weights: layout.conv0,
    norm: null,
    rowQuads: 1,
  });
}
