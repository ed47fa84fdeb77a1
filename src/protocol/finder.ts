// What LR Find is asked, and what it answers. How it looks and what it suggests is training's.
import type { PreparedSample } from "./dataset";
import type { Failure } from "./labError";
import type { TrialSettings } from "./settings";
import type { PhaseEvent, WeightsChoice } from "./training";

/** fastai v1's defaults; `runs` repeats it with the films in other orders. */
export interface FinderSettings {
  startLr: number;
  endLr: number;
  steps: number;
  runs: number;
}

export const FINDER_DEFAULTS: FinderSettings = { startLr: 1e-7, endLr: 10, steps: 100, runs: 1 };
export const MOST_FINDER_RUNS = 5;

export interface FinderPoint {
  lr: number;
  loss: number;
  smoothed: number;
}

/** Of several runs the means, and what the smoothed losses lie between. */
export interface CurvePoint extends FinderPoint {
  low: number;
  high: number;
}

/** How fastai reads a rate off the curve, best first: v2's `valley` (its default), `slide` and `steep`, v1's two. */
export const SUGGESTIONS = ["valley", "minimumOver10", "slide", "steep", "steepest"] as const;
export type SuggestionName = (typeof SUGGESTIONS)[number];

/** fastai v2's default: where a curve is flat its steepest point and its lowest are wobbles, and its longest fall is still a fall. */
export const RECOMMENDED: SuggestionName = "valley";

/** Null where the curve is too short to tell. */
export type FinderSuggestions = Record<SuggestionName, number | null>;

export const NO_SUGGESTIONS: FinderSuggestions = { valley: null, minimumOver10: null, slide: null, steep: null, steepest: null };

/** One of the runs whose mean the curve is. */
export interface FinderRun {
  losses: number[];
  smoothed: number[];
  suggestions: FinderSuggestions;
}

/** The chosen max LR's place on the curve. */
export interface ChosenPlace {
  /** Of the nearest point. */
  index: number;
  smoothedLoss: number;
  /** The suggestion that lies nearest; null where there is none. */
  nearest: SuggestionName | null;
}

export interface FinderResult {
  lrs: number[];
  /** Means over the runs. */
  losses: number[];
  smoothed: number[];
  /** Of the mean. */
  suggestions: FinderSuggestions;
  /** Empty in trials of earlier versions. */
  runs: FinderRun[];
  /** The max LR of the trial that has this curve; null before there is one. */
  chosen: number | null;
  /** Null too where the rate is not on the curve. */
  chosenAt: ChosenPlace | null;
}

export interface FinderRequest {
  settings: TrialSettings;
  sample: PreparedSample;
  weights: WeightsChoice;
  finder: FinderSettings;
}

/** Where LR Find stands: step `step` (from 1) of `steps` of run `run` (from 0) of `runs`. */
export interface FinderProgress {
  step: number;
  steps: number;
  run: number;
  runs: number;
}

export type FinderEvent =
  | PhaseEvent
  /** The curve as it now is: of the first run as far as it has come, then of the runs that have ended. */
  | { type: "curve"; curve: CurvePoint[]; progress: FinderProgress; gpuBytes: number }
  | { type: "finished"; result: FinderResult }
  | { type: "stopped"; result: FinderResult }
  | ({ type: "failed" } & Failure);

/** Index of the rate that is nearest on a log axis; -1 where there are none. */
export function nearestRate(lrs: readonly number[], lr: number): number {
  const far = (other: number) => Math.abs(Math.log(other / lr));
  return lrs.reduce((best, other, at) => (best < 0 || far(other) < far(lrs[best]!) ? at : best), -1);
}
