// Dropout's masks, drawn on the CPU, so that both engines drop the same and a resumed run what the uninterrupted one would have. Drops
// nothing itself.
import type { Random } from "./random";

/** fastai's `create_head` with `ps=0.5`: what is dropped of the pooled features, and of the hidden layer. */
export const DROPOUT = { pooled: 0.25, hidden: 0.5 } as const;

/** Factors, 0 with the probability given, else what keeps the mean (Srivastava et al. 2014, inverted); 1 where there is no `random`. */
export function drawMask(length: number, probability: number, random: Random | undefined): Float32Array<ArrayBuffer> {
  const mask = new Float32Array(length);
  if (!random) return mask.fill(1);
  const kept = 1 / (1 - probability);
  for (let at = 0; at < length; at++) mask[at] = random.float() < probability ? 0 : kept;
  return mask;
}
