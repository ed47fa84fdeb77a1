// What a forecast means for the choice of a batch: whether it fits, what would, and how long the run takes. Pure; asks nobody.
import type { SampleSummary } from "../protocol/dataset";
import { leastPass } from "../protocol/passes";
import type { TrialSettings } from "../protocol/settings";
import type { Forecast } from "../protocol/training";

export interface Fit {
  fits: boolean;
  /** The largest batch that the network can see at once within the budget, of the films that an epoch has; 0 where there is none. */
  largestBatch: number;
  /** Films a pass with which the batch stays as it is, the passes as even as they can be; null where that cannot be. */
  filmsPerPass: number | null;
  /** A budget that would be enough, in MiB. */
  enoughMiB: number;
}

const MIB = 2 ** 20;
const HALF_GIB_IN_MIB = 512;

export function chooseFit(
  { gpuBytes, budgetBytes, largestPass }: Forecast,
  settings: Pick<TrialSettings, "batchSize" | "imageSize" | "head">,
  epochFilms = Number.POSITIVE_INFINITY,
): Fit {
  const { batchSize } = settings;
  const least = leastPass(settings);
  const orNone = (films: number) => (films >= least ? films : 0);
  // An even share of the fewest passes; where that leaves the smallest pass too small, or an epoch has no such batch, there is no cut.
  const passes = largestPass > 0 ? Math.ceil(batchSize / largestPass) : 0;
  const isCut = passes > 0 && batchSize <= epochFilms && Math.floor(batchSize / passes) >= least;
  return {
    fits: gpuBytes <= budgetBytes,
    largestBatch: orNone(Math.min(largestPass, epochFilms)),
    filmsPerPass: isCut ? Math.ceil(batchSize / passes) : null,
    enoughMiB: Math.ceil(gpuBytes / MIB / HALF_GIB_IN_MIB) * HALF_GIB_IN_MIB,
  };
}

/** Whole batches of an epoch. */
export function countStepsPerEpoch(
  { batchSize }: Pick<TrialSettings, "batchSize">,
  { epochFilms }: Pick<SampleSummary, "epochFilms">,
): number {
  return Math.floor(epochFilms / batchSize);
}

export interface RunTime {
  steps: number;
  msPerStep: number;
  seconds: number;
}

/** Steps and validation of all epochs; validation that was not timed yet is taken to cost a third of training a film. Null before. */
export function forecastTime(
  { msPerStep, msPerValidFilm }: Forecast,
  settings: Pick<TrialSettings, "batchSize" | "epochs">,
  summary: Pick<SampleSummary, "epochFilms" | "valid">,
): RunTime | null {
  if (msPerStep === null) return null;
  const { batchSize, epochs } = settings;
  const steps = countStepsPerEpoch(settings, summary) * epochs;
  const validMs = summary.valid.films * (msPerValidFilm ?? msPerStep / batchSize / 3);
  return { steps, msPerStep, seconds: (steps * msPerStep + epochs * validMs) / 1000 };
}
