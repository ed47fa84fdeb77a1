// How the scale of a loss stands, as an engine has it and a checkpoint keeps it. How it moves is nn/lossScale.ts's.

/** What the loss is multiplied by before gradients are computed in halves (nn/lossScale.ts). */
export interface LossScale {
  /** A power of two, at least 1. */
  scale: number;
  /** Steps that were taken since the scale last changed. */
  goodSteps: number;
  /** Steps of the run that were not taken, since halves did not hold their gradients. */
  refusedSteps: number;
}
