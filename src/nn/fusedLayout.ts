// Where everything of the fused engine lies: parameters in one flat vector, the norms' scales and shifts and the channels' statistics
// in others. Places are counted in quads, four floats. Allocates nothing.
import { type ArrayRole, type ArraySpec, DENSENETS, HIDDEN_CHANNELS, LAST_LAYERS, listArrays } from "./densenet";
import type { EngineOptions } from "./engine";
import { orderParameters } from "./layerGroups";
import { type Packing, planPacking } from "./packing";

/** A BatchNorm: its parameters, its running statistics, and what kernels read as they load. */
export interface NormPlace {
  quads: number;
  gammas: number;
  betas: number;
  scales: number;
  shifts: number;
  runningMeans: number;
  runningVariances: number;
}

/** Channels that are produced once and read by one BatchNorm or several: their moments, and the sums of the gradient back through them. */
export interface ChannelPlace {
  means: number;
  deviations: number;
  variances: number;
  firsts: number;
  seconds: number;
}

export interface LayerPlace {
  /** Quads of the block's channels that it reads. */
  inputQuads: number;
  norm1: NormPlace;
  conv1: number;
  bottleneck: ChannelPlace;
  norm2: NormPlace;
  conv2: number;
}

export interface TransitionPlace {
  norm: NormPlace;
  conv: number;
  outQuads: number;
}

export interface BlockPlace {
  /** Quads before the first layer, and after the last. */
  firstQuads: number;
  quads: number;
  channels: ChannelPlace;
  layers: LayerPlace[];
  /** Null after the last block. */
  transition: TransitionPlace | null;
}

/** Rows of features that the head normalises. */
export interface RowsPlace {
  norm: NormPlace;
  channels: ChannelPlace;
}

/** fastai's head before its last layer: pooled features, and the hidden layer, whose weights and biases are in scalars. */
export interface FastaiHeadPlace {
  pooled: RowsPlace;
  hidden: RowsPlace;
  weights: number;
  biases: number;
}

export interface FusedLayout {
  parameters: Packing<ArraySpec>;
  /** In order of the network, as all the norms lie in `norms` and `running`. */
  runningMeans: Packing;
  runningVariances: Packing;
  batches: Packing;
  normQuads: number;
  statisticQuads: number;
  growthQuads: number;
  bottleneckQuads: number;
  stemQuads: number;
  conv0: number;
  stem: ChannelPlace;
  norm0: NormPlace;
  blocks: BlockPlace[];
  norm5: NormPlace;
  /** Null with the linear head. */
  fastaiHead: FastaiHeadPlace | null;
  /** The layer that gives the logits, in scalars. */
  classifier: { weights: number; biases: number; channels: number };
}

/** Floats in a quad. */
export const QUAD = 4;

/**
 * Parameters lie as convolutions, norms' scales, norms' shifts, classifier, so that one kernel can reach all norms.
 * @throws Error where channels are no multiple of four
 */
export function planLayout({ arch, classes, head = "linear" }: EngineOptions): FusedLayout {
  const spec = DENSENETS[arch];
  const arrays = listArrays(spec, classes, head);
  const having = (...roles: ArrayRole[]) => arrays.filter(({ role }) => roles.includes(role));
  const scaled = having("normScale");
  const parameters = planPacking(orderParameters(arrays), QUAD);
  const offsets = new Map(parameters.arrays.map(({ name, offset }) => [name, offset]));
  const scalarAt = (name: string): number => {
    const offset = offsets.get(name);
    if (offset === undefined) throw new Error(`No array ${name}`);
    return offset;
  };
  const at = (name: string) => scalarAt(name) / QUAD;
  const toQuads = (channels: number): number => {
    if (channels % QUAD !== 0) throw new Error(`${channels} channels of ${arch} are no multiple of ${QUAD}`);
    return channels / QUAD;
  };

  const normQuads = scaled.reduce((sum, { shape }) => sum + toQuads(shape[0] ?? 0), 0);
  const normBase = at(`${scaled[0]?.name}`);
  const norm = (name: string, channels: number): NormPlace => {
    const gammas = at(`${name}.weight`);
    const place = gammas - normBase;
    return {
      quads: toQuads(channels),
      gammas,
      betas: at(`${name}.bias`),
      scales: place,
      shifts: normQuads + place,
      runningMeans: place,
      runningVariances: normQuads + place,
    };
  };

  const bottleneckQuads = toQuads(spec.bnSize * spec.growth);
  const growthQuads = toQuads(spec.growth);
  const stemQuads = toQuads(spec.initialFeatures);
  const layersInAll = spec.blocks.reduce((sum, layers) => sum + layers, 0);
  // What a block ends with, block by block.
  const ends: number[] = [];
  spec.blocks.reduce((channels, layers) => {
    const end = channels + layers * spec.growth;
    ends.push(end);
    return Math.floor(end / 2);
  }, spec.initialFeatures);
  const last = ends[ends.length - 1] ?? 0;
  const headWidths = head === "fastai" ? [2 * last, HIDDEN_CHANNELS] : [];
  const statisticQuads =
    stemQuads + layersInAll * bottleneckQuads + [...ends, ...headWidths].reduce((sum, width) => sum + toQuads(width), 0);
  let taken = 0;
  const channels = (quads: number): ChannelPlace => {
    const place = taken;
    taken += quads;
    return {
      means: place,
      deviations: statisticQuads + place,
      variances: 2 * statisticQuads + place,
      firsts: place,
      seconds: statisticQuads + place,
    };
  };

  const stem = channels(stemQuads);
  const blocks = spec.blocks.map((layers, b): BlockPlace => {
    const end = ends[b] ?? 0;
    const first = end - layers * spec.growth;
    const name = `features.transition${b + 1}`;
    return {
      firstQuads: toQuads(first),
      quads: toQuads(end),
      channels: channels(toQuads(end)),
      layers: Array.from({ length: layers }, (_, l): LayerPlace => {
        const layer = `features.denseblock${b + 1}.denselayer${l + 1}`;
        const input = first + l * spec.growth;
        return {
          inputQuads: toQuads(input),
          norm1: norm(`${layer}.norm1`, input),
          conv1: at(`${layer}.conv1.weight`),
          bottleneck: channels(bottleneckQuads),
          norm2: norm(`${layer}.norm2`, spec.bnSize * spec.growth),
          conv2: at(`${layer}.conv2.weight`),
        };
      }),
      transition:
        b < spec.blocks.length - 1
          ? { norm: norm(`${name}.norm`, end), conv: at(`${name}.conv.weight`), outQuads: toQuads(Math.floor(end / 2)) }
          : null,
    };
  });
  const rows = (name: string, width: number): RowsPlace => ({ norm: norm(name, width), channels: channels(toQuads(width)) });
  const fastaiHead = (): FastaiHeadPlace => ({
    pooled: rows("head.2", 2 * last),
    hidden: rows("head.6", HIDDEN_CHANNELS),
    weights: scalarAt("head.4.weight"),
    biases: scalarAt("head.4.bias"),
  });
  const classifier = LAST_LAYERS[head];
  return {
    parameters,
    runningMeans: planPacking(having("runningMean")),
    runningVariances: planPacking(having("runningVariance")),
    batches: planPacking(having("batches")),
    normQuads,
    statisticQuads,
    growthQuads,
    bottleneckQuads,
    stemQuads,
    conv0: at("features.conv0.weight"),
    stem,
    norm0: norm("features.norm0", spec.initialFeatures),
    blocks,
    norm5: norm("features.norm5", last),
    fastaiHead: head === "fastai" ? fastaiHead() : null,
    classifier: {
      weights: scalarAt(`${classifier}.weight`),
      biases: scalarAt(`${classifier}.bias`),
      channels: head === "fastai" ? HIDDEN_CHANNELS : last,
    },
  };
}

/** Side in pixels of the stem's output and of each block, of films of `size`. */
export function planSides(blocks: number, size: number): { stem: number; blocks: number[] } {
  const stem = Math.floor((size - 1) / 2) + 1;
  const sides = [Math.floor((stem - 1) / 2) + 1];
  while (sides.length < blocks) sides.push(Math.floor((sides[sides.length - 1] ?? 0) / 2));
  return { stem, blocks: sides };
}
