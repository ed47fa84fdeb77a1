// The learning rates of a run: fastai v1's one-cycle and its finder's exponential. Pure numbers; knows no optimiser.

export interface Schedule {
  /** Learning rate that training step `step` (from 0) runs at. */
  lr(step: number): number;
  /** Momentum (Adam's beta1) that it runs at. */
  momentum(step: number): number;
}

export interface OneCycleOptions {
  maxLr: number;
  totalSteps: number;
  divFactor: number;
  /** Share of the steps in which the rate rises. */
  pctStart: number;
  finalDiv: number;
  /** Momentum at the ends and in the middle. */
  moms: [number, number];
}

/** From `start` to `end` along half a cosine; `pct` in [0, 1]. fastai v1 `annealing_cos`. */
function annealCos(start: number, end: number, pct: number): number {
  return end + ((start - end) / 2) * (Math.cos(Math.PI * pct) + 1);
}

/**
 * fastai v1 `OneCycleScheduler`: maxLr/divFactor up to maxLr in the first `int(totalSteps * pctStart)` steps, then down to
 * maxLr/finalDiv, momentum the other way round, cosine in both phases. The value set after a batch is the next batch's, so step 0
 * runs at the start and the very end is never run at. As there, a phase has at least one step.
 */
export function oneCycle({ maxLr, totalSteps, divFactor, pctStart, finalDiv, moms }: OneCycleOptions): Schedule {
  const rising = Math.trunc(totalSteps * pctStart);
  const up = Math.max(1, rising);
  const down = Math.max(1, totalSteps - rising);
  const at = (step: number, start: number, middle: number, end: number) =>
    step <= up ? annealCos(start, middle, step / up) : annealCos(middle, end, (step - up) / down);
  return {
    lr: (step) => at(step, maxLr / divFactor, maxLr, maxLr / finalDiv),
    momentum: (step) => at(step, moms[0], moms[1], moms[0]),
  };
}

/** fastai v1 `annealing_exp` in `LRFinder`: the rate that finder step `step` (from 0) runs at. */
export function finderLr(step: number, startLr: number, endLr: number, steps: number): number {
  return startLr * (endLr / startLr) ** (step / steps);
}
