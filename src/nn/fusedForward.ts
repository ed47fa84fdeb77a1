// The fused engine's forward pass: film to loss, a block's layers writing their channels in place into its one feature buffer, each
// product reading through BatchNorm and ReLU as it loads.
import { MOMENT_QUADS } from "../kernels/columns";
import { dispatch } from "../kernels/dispatches";
import { blendFilms, spreadFilms } from "../kernels/films";
import { normaliseInference } from "../kernels/normalise";
import { CHANNEL_MOMENTS } from "../protocol/settings";
import { recordHeadForward } from "./fusedHead";
import type { BlockPlace } from "./fusedLayout";
import { type Pass, same, scaled, windowOf } from "./fusedPass";

/** Logits and losses in `outcome`. */
export function recordForward(pass: Pass): void {
  if (!pass.training) recordNorms(pass);
  if (pass.fromFilms) recordFilms(pass);
  // The parts of the newest channels' moments, from whoever writes them to the next norm.
  let fresh = recordStem(pass);
  pass.layout.blocks.forEach((block, b) => {
    fresh = recordBlock(pass, block, b, fresh);
  });
  recordHeadForward(pass);
}

/** In inference all norms are ready from the start, by their running statistics. */
function recordNorms({ add, layout, state: { parameters, running, norms } }: Pass): void {
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

/** Bytes to normalised images; where a step may blend films, these with their partners. */
function recordFilms({ add, at, slices, batch, options, training }: Pass): void {
  const { size } = batch.shape;
  const { mean, std } = CHANNEL_MOMENTS[options.normalisation ?? "imagenet"];
  const [mean0, mean1, mean2] = mean;
  const [std0, std1, std2] = std;
  for (const { index, films } of slices) {
    const values = films * size * size;
    const uniforms = { values, size, mean0, mean1, mean2, std0, std1, std2 };
    const out = at(batch.images, index);
    const own = { films: at(batch.films, index), moves: at(batch.moves, index), out };
    add(dispatch(spreadFilms, own, uniforms, { threads: values, touched: { films: values / 4, out: values } }));
    if (!training || !options.blends) continue;
    const partners = { films: at(batch.partners, index), moves: at(batch.partnerMoves, index) };
    const bindings = { ...partners, shares: at(batch.shares, index), out };
    add(dispatch(blendFilms, bindings, uniforms, { threads: values, touched: { films: values / 4, out: 2 * values } }));
  }
}

function recordStem({
  convolveStem,
  normalise,
  strips,
  at,
  kernels,
  layout,
  sides,
  batch,
  state,
  pixelsOf,
  blockArray,
}: Pass): number {
  const { norms } = state;
  const { columnParts } = batch;
  const stemParts = convolveStem(batch.stem);
  normalise(layout.norm0, layout.stem, 0, stemParts, pixelsOf(sides.stem));
  const poolFrame = windowOf({ side: sides.stem, outSide: sides.blocks[0] ?? 0 });
  return strips((sides.blocks[0] ?? 0) ** 2, layout.stemQuads, MOMENT_QUADS, (slice, grid, threads) =>
    dispatch(
      kernels.stemPool,
      { seen: at(batch.stem, slice), norms, out: at(blockArray(0), slice), columnParts },
      { ...grid, ...poolFrame, stemStride: layout.stemQuads, ...scaled(layout.norm0), outStride: layout.blocks[0]?.quads ?? 0 },
      {
        threads,
        touched: {
          seen: (grid.rows / (sides.blocks[0] ?? 1) ** 2) * sides.stem ** 2 * layout.stemQuads,
          out: grid.rows * layout.stemQuads,
        },
      },
    ),
  );
}

/** @returns the parts of the moments of the next block's first channels */
function recordBlock(pass: Pass, block: BlockPlace, b: number, freshBefore: number): number {
  const { product, normalise, convolveBottleneck, poolTransition, at, kernels, layout, sides, scratch } = pass;
  const { pixelsOf, bottleneckOf, blockArray } = pass;
  let fresh = freshBefore;
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
    });
    freshFrom = layer.inputQuads;
  });
  const norm = block.transition?.norm ?? layout.norm5;
  normalise(norm, block.channels, freshFrom, fresh, pixelsOf(side));
  if (!block.transition) return 0;
  poolTransition(b, scratch, norm);
  const next = layout.blocks[b + 1];
  return product({
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
  });
}
