// What the loss is multiplied by before gradients are computed in halves, so that small ones are not lost below what a half holds. Pure
// numbers: who multiplies and divides is the engine (fusedOptimizer.ts).

import type { LossScale } from "../protocol/lossScale";

/** torch.amp.GradScaler's defaults. */
export const FIRST_LOSS_SCALE: LossScale = { scale: 2 ** 16, goodSteps: 0, refusedSteps: 0 };
const GROWTH_INTERVAL = 2000;

/**
 * After a step, as torch.amp.GradScaler: gradients that were not finite halve the scale, and so many steps of finite ones double it. It
 * does not fall below 1: gradients that are not finite unscaled are the network's own, and no scale helps.
 */
export function moveLossScale({ scale, goodSteps, refusedSteps }: LossScale, finite: boolean): LossScale {
  if (!finite) return { scale: Math.max(1, scale / 2), goodSteps: 0, refusedSteps: refusedSteps + 1 };
  const grows = goodSteps + 1 >= GROWTH_INTERVAL;
  return { scale: grows ? scale * 2 : scale, goodSteps: grows ? 0 : goodSteps + 1, refusedSteps };
}
