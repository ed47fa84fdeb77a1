// The lab before anything has happened, and each job before it was started.

import { FINDER_DEFAULTS } from "../protocol/finder";
import { DEFAULT_SETTINGS } from "../protocol/settings";
import { allocateSteps } from "../protocol/steps";
import { DEFAULT_TRIALS_VIEW } from "../protocol/trialsView";
import type { ReviewState } from "./review";
import type {
  AgainState,
  ComparisonState,
  EvaluationState,
  FiguresState,
  FinderState,
  GpuCheckState,
  LabState,
  PreparationState,
  RunState,
  WeightsState,
} from "./state";

export const EMPTY_PREPARATION: PreparationState = { state: "idle", progress: null, sample: null, failed: [], failure: null };

export const NOT_CHECKED: GpuCheckState = { state: "idle", progress: null, report: null, failure: null };

export const EMPTY_FINDER: FinderState = {
  state: "idle",
  phase: null,
  compiling: null,
  points: [],
  progress: { step: 0, steps: FINDER_DEFAULTS.steps, run: 0, runs: FINDER_DEFAULTS.runs },
  result: null,
  chosen: null,
  failure: null,
};

export const EMPTY_RUN: RunState = {
  state: "idle",
  phase: null,
  phaseDetail: "",
  compiling: null,
  trial: null,
  steps: allocateSteps(0),
  stepsSeen: 0,
  stepsTotal: 0,
  filmsPerSecond: 0,
  secondsLeft: 0,
  comingLr: [],
  notices: [],
  failure: null,
};

export const NOT_AGAIN: AgainState = { file: null, differences: null, failure: null };

export const FRESH_WEIGHTS: WeightsState = { choice: { kind: "fresh" }, label: "", summary: null, fetched: null, failure: null };

export const EMPTY_EVALUATION: EvaluationState = {
  state: "idle",
  which: "last",
  views: 0,
  onValidation: false,
  testSet: null,
  label: "",
  name: "",
  trialId: null,
  compiling: null,
  notices: [],
  done: 0,
  total: 0,
  evaluation: null,
  sample: null,
  learnt: null,
  failure: null,
};

export const EMPTY_FIGURES: FiguresState = {
  at: 0,
  rule: { by: "youden" },
  prevalence: null,
  scaled: false,
  aurocs: [],
  shares: { trained: null, dataset: null, softened: [] },
  summary: null,
  reading: null,
  byPatient: null,
  failure: null,
};

export const EMPTY_COMPARISON: ComparisonState = {
  trials: [],
  baseline: 0,
  which: "best",
  state: "none",
  steps: new Map(),
  baselineAurocs: [],
  rows: [],
  refused: [],
  notices: [],
  failure: null,
};

export const NO_REVIEW: ReviewState = { trials: [], read: new Map() };

export const INITIAL_STATE: LabState = {
  tab: "asking",
  step: "dataset",
  status: "Drop a folder of films with its label CSV, or try with drawn films.",
  errands: 0,
  gpu: { state: "asking", report: null, failure: null },
  gpuCheck: NOT_CHECKED,
  gpuBytes: 0,
  offline: "unready",
  forecast: { of: null, forecast: null, failure: null },
  storage: { persistence: "unasked", usedBytes: null, quotaBytes: null, neededBytes: null, films: null, failure: null },
  dataset: { state: "empty", name: "", progress: null, summary: null, failure: null, lastFolder: null, waitingRecipe: null },
  settings: DEFAULT_SETTINGS,
  sample: { state: "none", summary: null, failure: null, recipe: null },
  preparation: EMPTY_PREPARATION,
  finder: EMPTY_FINDER,
  finderRuns: FINDER_DEFAULTS.runs,
  again: NOT_AGAIN,
  run: EMPTY_RUN,
  weights: FRESH_WEIGHTS,
  evaluation: EMPTY_EVALUATION,
  figures: EMPTY_FIGURES,
  comparison: EMPTY_COMPARISON,
  review: NO_REVIEW,
  trials: [],
  trialsView: DEFAULT_TRIALS_VIEW,
  deletedTrials: [],
};
