// What half-precision storage of activations cannot hold, read off BatchNorm's running statistics. Pure numbers; reads no GPU.
import type { NamedArrays } from "./engine";

/** The largest finite half (IEEE 754 binary16: 10 bits of fraction, exponents from -14 to 15). */
export const LARGEST_HALF = 65_504;
const LEAST_EXPONENT = -14;
const FRACTION_BITS = 10;
/** A channel's values lie within so many standard deviations of its mean, but for one in 16,000 where they are normal. */
const REACH = 4;
/** BatchNorm's, in every DenseNet: a channel whose variance is below it is no signal after the norm, so that nothing of it can be lost. */
const NORM_EPS = 1e-5;

export interface UnholdableChannel {
  /** The norm that reads the channel, as torchvision names it. */
  layer: string;
  channel: number;
  mean: number;
  std: number;
  /** `overflow`: values beyond 65,504; `resolution`: halves lie so far apart at the mean that the channel's variation is lost between them. */
  kind: "overflow" | "resolution";
}

/** The distance between neighbouring halves at `value`; below the smallest normal one it stays as it is there (gradual underflow). */
export function stepOfHalves(value: number): number {
  const exponent = Math.max(LEAST_EXPONENT, Math.floor(Math.log2(Math.abs(value))));
  return 2 ** (exponent - FRACTION_BITS);
}

/**
 * The first channel, in the order of the network, that halves cannot hold; null where all are held. Underflow is no case of its own: what is
 * below 2^-24 is far below the root of BatchNorm's epsilon, and so nothing after the norm.
 */
export function findUnholdable(model: NamedArrays): UnholdableChannel | null {
  for (const [name, { data: means }] of model) {
    if (!name.endsWith(".running_mean")) continue;
    const layer = name.slice(0, -".running_mean".length);
    const variances = model.get(`${layer}.running_var`)?.data;
    for (let channel = 0; channel < means.length; channel++) {
      const mean = means[channel] ?? 0;
      const variance = variances?.[channel] ?? 0;
      const std = Math.sqrt(variance);
      const at = { layer, channel, mean, std };
      if (!Number.isFinite(mean) || !Number.isFinite(std)) continue;
      if (Math.abs(mean) + REACH * std > LARGEST_HALF) return { ...at, kind: "overflow" };
      if (variance > NORM_EPS && stepOfHalves(mean) > std / 2) return { ...at, kind: "resolution" };
    }
  }
  return null;
}

/** What is wrong with the channel and its figure, as the middle of a sentence. */
export function describeUnholdable({ layer, channel, mean, std, kind }: UnholdableChannel): string {
  const shown = (value: number) => Number(value.toPrecision(3)).toLocaleString("en");
  const figures = `(mean ${shown(mean)}, standard deviation ${shown(std)})`;
  return kind === "overflow"
    ? `channel ${channel} of what ${layer} reads ${figures} goes beyond 65,504, the largest number that half precision holds`
    : `channel ${channel} of what ${layer} reads ${figures} varies by less than half precision tells apart there, which is ${shown(stepOfHalves(mean))}`;
}
