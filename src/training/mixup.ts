// Mixup (Zhang et al. 2018) as fastai v1's MixUpCallback does it: whom each film of a batch is blended with, and what its labels are then.
import { type Batch, UNKNOWN } from "../nn/engine";
import { type Random, shuffle } from "../nn/random";

/**
 * The batch with partners by one permutation of it and shares from Beta(alpha, alpha), the larger part the film's own. fastai weighs both
 * films' losses; the engines' losses are linear in the labels, so that blended labels come to the same. What is unknown of one is unknown of
 * both.
 */
export function blendBatch(batch: Batch, alpha: number, random: Random): Batch {
  const { count, targets } = batch;
  const classes = targets.length / count;
  const shares = Float32Array.from({ length: count }, () => {
    const share = drawBeta(alpha, random);
    return Math.max(share, 1 - share);
  });
  const partners = shuffle(
    Uint32Array.from({ length: count }, (_, film) => film),
    random,
  );
  const blended = targets.map((own, at) => {
    const film = Math.floor(at / classes);
    const other = targets[partners[film]! * classes + (at % classes)]!;
    return own < 0 || other < 0 ? UNKNOWN : shares[film]! * own + (1 - shares[film]!) * other;
  });
  return { ...batch, targets: blended, blend: { partners, shares } };
}

/** Beta(alpha, alpha), as the share of one Gamma in two. */
export function drawBeta(alpha: number, random: Random): number {
  return 1 / (1 + Math.exp(drawLogGamma(alpha, random) - drawLogGamma(alpha, random)));
}

/**
 * The logarithm of a Gamma(shape, 1) (Marsaglia and Tsang 2000, with their step for shapes below 1): of small shapes most draws are
 * smaller than any float.
 */
function drawLogGamma(shape: number, random: Random): number {
  if (shape < 1) return drawLogGamma(shape + 1, random) + Math.log(1 - random.float()) / shape;
  const d = shape - 1 / 3;
  for (;;) {
    const normal = random.normal();
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.float()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
