// The rates of a run, step by step: fastai's schedules, and the phases into which freezing cuts a run. Pure numbers, so that the page can draw
// what the run will do; it knows no optimiser.
import type { ScheduleName, ScheduleSettings, TrialSettings } from "./settings";

/** Learning rate, and momentum (Adam's beta1). */
export interface Rates {
  lr: number;
  momentum: number;
}

/** What step `step` (from 0) runs at, after epochs with these validation losses. */
export type Schedule = (step: number, validLosses: readonly number[]) => Rates;

export type OneCycleOptions = Pick<ScheduleSettings, "maxLr" | "divFactor" | "pctStart" | "finalDiv" | "moms"> & {
  totalSteps: number;
};

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
  return (step) => ({
    lr: at(step, maxLr / divFactor, maxLr, maxLr / finalDiv),
    momentum: at(step, moms[0], moms[1], moms[0]),
  });
}

type RateSettings = ScheduleSettings & Pick<TrialSettings, "betas">;

/** All but one-cycle leave momentum as the optimiser has it. */
const SCHEDULE_OF: Record<ScheduleName, (settings: RateSettings, totalSteps: number) => Schedule> = {
  oneCycle: (settings, totalSteps) => oneCycle({ ...settings, totalSteps }),

  /** fastai v2 `fit_flat_cos`: flat for `flatPct` of the steps, then a cosine down to maxLr/flatFinalDiv. */
  flatCos: ({ maxLr, flatPct, flatFinalDiv, betas }, totalSteps) => {
    const fall = (share: number) => (share < flatPct || flatPct === 1 ? 0 : (share - flatPct) / (1 - flatPct));
    return (step) => ({ lr: annealCos(maxLr, maxLr / flatFinalDiv, fall(step / totalSteps)), momentum: betas[0] });
  },

  /** fastai `fit`. */
  constant:
    ({ maxLr, betas }) =>
    () => ({ lr: maxLr, momentum: betas[0] }),

  /** fastai v1 `ReduceLROnPlateauCallback` on the validation loss, whose patience is one less: it counts the epochs that are let pass. */
  plateau:
    ({ maxLr, plateauPatience, plateauFactor, betas }) =>
    (_, validLosses) => {
      let lr = maxLr;
      let best = Number.POSITIVE_INFINITY;
      let waited = 0;
      for (const loss of validLosses) {
        if (loss < best) [best, waited] = [loss, 0];
        else if (++waited === plateauPatience) [lr, waited] = [lr * plateauFactor, 0];
      }
      return { lr, momentum: betas[0] };
    },
};

/** A stretch of a run that is a run of its own to its schedule. */
export interface Phase {
  firstEpoch: number;
  firstStep: number;
  /** Only the head and BatchNorm are trained. */
  isFrozen: boolean;
  /** @param step of the run, in this phase; @param epochs of the run so far: what came after the step changes nothing */
  ratesAt(step: number, epochs: readonly { validLoss: number }[]): Rates;
}

/** The frozen epochs, if any, then the others, if any. */
export function planPhases(
  settings: RateSettings & Pick<TrialSettings, "epochs" | "freezeEpochs">,
  stepsPerEpoch: number,
): Phase[] {
  const frozen = Math.min(settings.freezeEpochs, settings.epochs);
  const planPhase = (firstEpoch: number, endEpoch: number, isFrozen: boolean): Phase => {
    const firstStep = firstEpoch * stepsPerEpoch;
    const schedule = SCHEDULE_OF[settings.schedule](settings, endEpoch * stepsPerEpoch - firstStep);
    const ratesAt: Phase["ratesAt"] = (step, epochs) => {
      const before = epochs.slice(firstEpoch, Math.floor(step / stepsPerEpoch));
      return schedule(
        step - firstStep,
        before.map(({ validLoss }) => validLoss),
      );
    };
    return { firstEpoch, firstStep, isFrozen, ratesAt };
  };
  return [
    ...(frozen > 0 ? [planPhase(0, frozen, true)] : []),
    ...(frozen < settings.epochs ? [planPhase(frozen, settings.epochs, false)] : []),
  ];
}

export function phaseAt(phases: readonly Phase[], step: number): Phase {
  return phases.findLast(({ firstStep }) => step >= firstStep)!;
}

export type RatePoint = Rates & { step: number };

/** The rates from the first step to the last, at most `count` of them: what a chart draws. */
export function thinRates(
  phases: readonly Phase[],
  stepsTotal: number,
  epochs: readonly { validLoss: number }[] = [],
  count = 160,
): RatePoint[] {
  const points = Math.min(count, stepsTotal);
  return Array.from({ length: points }, (_, i) => {
    const step = Math.round((i * (stepsTotal - 1)) / Math.max(1, points - 1));
    return { step, ...phaseAt(phases, step).ratesAt(step, epochs) };
  });
}
