// The shape of everything the page shows. No React, no TF.js; `lab.ts` fills it. What a person can do with it is labCommands.ts.

import type { TrialFile } from "../protocol/again";
import type { DatasetSummary, FailedFilm, OpenProgress, PreparedSample, PrepareEvent, SampleSummary } from "../protocol/dataset";
import type { CurvePoint, FinderProgress, FinderResult } from "../protocol/finder";
import type { CheckEvent, GpuCheckReport } from "../protocol/gpuCheck";
import type { Failure } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import type { Estimate, RatesByPatient, TargetReading, TargetSummary, ThresholdRule } from "../protocol/statistics";
import type { StepColumns } from "../protocol/steps";
import type { FilmSet } from "../protocol/storage";
import type {
  AdapterReport,
  Evaluation,
  Forecast,
  PhaseEvent,
  TrainPhase,
  Trial,
  WeightsChoice,
  WeightsSummary,
  WhichWeights,
} from "../protocol/training";
import type { TrialsView } from "../protocol/trialsView";
import type { ComparedWeights, NotCompared, TrialComparison } from "./compare";
import type { Fetched } from "./fetchWeights";
import type { ReviewState } from "./review";

export const STEPS = ["dataset", "balance", "finder", "train", "evaluate", "trials"] as const;
export type StepName = (typeof STEPS)[number];

/** A long job: idle until first started; `done`, `stopped` and `failed` are how it ended. */
export type JobState = "idle" | "running" | "stopping" | "done" | "stopped" | "failed";

export interface GpuState {
  /** `software`: only a software adapter was found and the person has not yet accepted it. */
  state: "asking" | "ready" | "software" | "missing";
  report: AdapterReport | null;
  failure: Failure | null;
}

/** The check of the graphics card; what was kept of an earlier one is `done`. */
export interface GpuCheckState {
  state: JobState;
  progress: Extract<CheckEvent, { type: "checkProgress" }> | null;
  /** The newest that still holds. */
  report: GpuCheckReport | null;
  failure: Failure | null;
}

export interface DatasetState {
  state: "empty" | "opening" | "ready" | "failed";
  /** Name of the folder that is or was opened. */
  name: string;
  progress: OpenProgress | null;
  summary: DatasetSummary | null;
  failure: Failure | null;
  /** Name of the folder of the last visit, which the browser must be asked for before it is read again. */
  lastFolder: string | null;
  /** What is said of a recipe that was taken before its dataset; null where none waits. */
  waitingRecipe: string | null;
}

export interface SampleState {
  state: "none" | "counting" | "ready" | "failed";
  summary: SampleSummary | null;
  failure: Failure | null;
  /** Of the recipe last taken or saved; null once a setting is changed by hand. */
  recipe: RecipeOutcome | null;
}

export interface RecipeOutcome {
  /** Of the file. */
  name: string;
  /** Whether a recipe that was taken over gives the films that it gave; `refused` changed nothing. */
  outcome: "same" | "others" | "refused";
  message: string;
}

/** A trial that the next one is to repeat. */
export interface AgainState {
  /** What its file says; null where the next trial repeats none. */
  file: TrialFile | null;
  /** What is another here, a sentence each; null before films are prepared, and while it is being found out. */
  differences: string[] | null;
  failure: Failure | null;
}

export type PrepareProgress = Extract<PrepareEvent, { type: "prepareProgress" }>;

export interface PreparationState {
  state: JobState;
  progress: PrepareProgress | null;
  /** Ready to train with; null again as soon as a setting changes that it depends on. */
  sample: PreparedSample | null;
  failed: FailedFilm[];
  failure: Failure | null;
}

export interface ForecastState {
  /** The settings it was made for; null before the first. */
  of: TrialSettings | null;
  /** Null for the stock engine too, whose memory nobody can foretell. */
  forecast: Forecast | null;
  failure: Failure | null;
}

/** Programs compiled so far. */
export type CompileProgress = NonNullable<PhaseEvent["progress"]>;

export interface FinderState {
  state: JobState;
  phase: TrainPhase | null;
  compiling: CompileProgress | null;
  /** The curve so far. */
  points: CurvePoint[];
  progress: FinderProgress;
  result: FinderResult | null;
  /** The rate that was last picked on this curve, or typed beside it. */
  chosen: number | null;
  failure: Failure | null;
}

export interface RunState {
  /** `pausing`: asked to pause, the step under way ends first. */
  state: JobState | "pausing" | "paused";
  phase: TrainPhase | null;
  phaseDetail: string;
  compiling: CompileProgress | null;
  trial: Trial | null;
  /** Filled in place; `stepsSeen`, how many there are, changes whenever a step is added. */
  steps: StepColumns;
  stepsSeen: number;
  stepsTotal: number;
  /** LR of the steps still to come, thinned for a chart; empty where it is not known. */
  comingLr: { step: number; lr: number }[];
  filmsPerSecond: number;
  secondsLeft: number;
  notices: string[];
  failure: Failure | null;
}

export interface WeightsState {
  choice: WeightsChoice;
  /** What is said of it, e.g. the file's name. */
  label: string;
  /** Of a file. */
  summary: WeightsSummary | null;
  /** The download under way, if any. */
  fetched: Fetched | null;
  failure: Failure | null;
}

export interface EvaluationState {
  state: JobState;
  /** Of the shown trial's weights those to evaluate, where it has such. */
  which: WhichWeights;
  /** Augmented views of each film to average over; 0 for none. */
  views: number;
  /** Whether the shown trial's validation films are to be looked at though a test set is prepared. */
  onValidation: boolean;
  /** Name of the folder that is the test set; null where the films are held out of others for validation. */
  testSet: string | null;
  /** What was evaluated, e.g. "Trial 3, last checkpoint". */
  label: string;
  /** The same as the files of it are called, e.g. "trial-3". */
  name: string;
  /** The trial here whose weights they are; null for those of a file. */
  trialId: number | null;
  compiling: CompileProgress | null;
  /** What was damaged, and what was evaluated in its place. */
  notices: string[];
  done: number;
  total: number;
  evaluation: Evaluation | null;
  /** The films that are evaluated. */
  sample: PreparedSample | null;
  /** What the network was trained on; null where that is not known. */
  learnt: Learnt | null;
  failure: Failure | null;
}

/** What the evaluation's films say of one target, and how the reader wants them read. */
export interface FiguresState {
  /** Place of the target among the evaluation's. */
  at: number;
  rule: ThresholdRule;
  /** Share of positives at the place of use; null for the dataset's. */
  prevalence: number | null;
  scaled: boolean;
  /** AUROC of each target. */
  aurocs: (Estimate | null)[];
  shares: Shares;
  summary: TargetSummary | null;
  reading: TargetReading | null;
  /** At the reading's operating point; null until it has stood still for a moment. */
  byPatient: RatesByPatient | null;
  failure: Failure | null;
}

/** Trials side by side, and each against one of them. */
export interface ComparisonState {
  /** Numbers in order; none where no comparison is open. */
  trials: number[];
  baseline: number;
  which: ComparedWeights;
  state: "none" | "counting" | "ready";
  /** Of each trial, once they are read. */
  steps: ReadonlyMap<number, StepColumns>;
  /** Of the baseline, on all its films. */
  baselineAurocs: { target: string; films: number; auroc: Estimate | null }[];
  rows: TrialComparison[];
  refused: NotCompared[];
  /** What was damaged, and what stands in for it. */
  notices: string[];
  failure: Failure | null;
}

/** What of a trial decides how its logits are to be read. */
export interface Learnt {
  sample: SampleSummary;
  settings: Pick<TrialSettings, "loss" | "labelSmoothing" | "mixup">;
}

/** Shares of positives, in (0, 1); null where not known. */
export interface Shares {
  trained: number | null;
  dataset: number | null;
  /** By what it was trained to be less sure than the odds, in words: a correction by shares is then rough. */
  softened: string[];
}

/** What the browser keeps of the lab. */
export interface StorageState {
  /** Whether it keeps it when the disk runs short: asked with the first preparation or run. */
  persistence: "unasked" | "asking" | "kept" | "refused";
  usedBytes: number | null;
  quotaBytes: number | null;
  /** The most that the next run comes to keep; null before it is known. */
  neededBytes: number | null;
  /** Null until they are looked at. */
  films: FilmSet[] | null;
  /** Of what was last tried here. */
  failure: Failure | null;
}

export interface LabState {
  /** Of several tabs of the lab one acts; the others look on. `asking`: it is being found out which this is. */
  tab: "asking" | "acts" | "looksOn";
  step: StepName;
  /** One sentence: what the lab is doing or has done. Shown in the live region `Lab status`. */
  status: string;
  /** How many files are being written, or whole trials read. */
  errands: number;
  gpu: GpuState;
  gpuCheck: GpuCheckState;
  /** GPU bytes of the running job; 0 where none runs. */
  gpuBytes: number;
  /** Whether the lab opens without a network: its files are kept. `outdated`: a newer version's are, and wait to be taken. */
  offline: "unready" | "ready" | "outdated";
  forecast: ForecastState;
  storage: StorageState;
  dataset: DatasetState;
  settings: TrialSettings;
  sample: SampleState;
  preparation: PreparationState;
  finder: FinderState;
  /** How often the next LR Find runs, to be averaged. */
  finderRuns: number;
  again: AgainState;
  run: RunState;
  weights: WeightsState;
  evaluation: EvaluationState;
  figures: FiguresState;
  comparison: ComparisonState;
  review: ReviewState;
  /** By number. */
  trials: Trial[];
  trialsView: TrialsView;
  /** Numbers of the trials that were deleted last, while they can still be brought back. */
  deletedTrials: number[];
}
