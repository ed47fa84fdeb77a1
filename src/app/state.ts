// The shape of everything the page shows, and what a person can do. No React, no TF.js; `lab.ts` fills it.

import type { TrialFile } from "../protocol/again";
import type {
  DatasetSummary,
  FailedFilm,
  LabelChoice,
  OpenProgress,
  PreparedSample,
  PrepareEvent,
  SampleSummary,
  WallFilm,
  WallFilter,
} from "../protocol/dataset";
import type { Explanation } from "../protocol/explanation";
import type { ExportFormat } from "../protocol/export";
import type { CurvePoint, FinderProgress, FinderResult } from "../protocol/finder";
import type { CheckEvent, GpuCheckReport } from "../protocol/gpuCheck";
import type { Failure } from "../protocol/labError";
import type { FilmPreview } from "../protocol/preview";
import type { TrialSettings } from "../protocol/settings";
import type { Estimate, RatesByPatient, TargetReading, TargetSummary, ThresholdRule } from "../protocol/statistics";
import type { StepColumns } from "../protocol/steps";
import type { FilmSet } from "../protocol/storage";
import type {
  AdapterReport,
  Evaluation,
  Forecast,
  PhaseEvent,
  Remarks,
  TrainPhase,
  Trial,
  WeightsChoice,
  WeightsSummary,
  WhichWeights,
} from "../protocol/training";
import type { TrialsView } from "../protocol/trialsView";
import type { ComparedWeights, NotCompared, TrialComparison } from "./compare";
import type { Cell } from "./downloads";
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

export interface LabCommands {
  goTo(step: StepName): void;
  /** Reloads the page in its newest version; not while anything is under way. */
  updateLab(): void;
  /** Accepts the software adapter, after the warning. */
  allowSoftwareAdapter(): Promise<void>;
  /** Holds the graphics card to what the lab expects of it: its kernels, a training step, its speed. */
  checkGpu(): Promise<void>;
  stopCheckingGpu(): void;
  /** The newest check as a JSON file. */
  downloadGpuCheck(): void;
  /** A drop may hold a folder, label files, a recipe, a trial or a weights file: each goes where it belongs. */
  takeDrop(data: DataTransfer): Promise<void>;
  /** From `<input type="file" webkitdirectory>`. */
  openFiles(files: FileList): Promise<void>;
  openDrawnFilms(): Promise<void>;
  /** Opens the folder of the last visit again; the browser asks the person first. */
  reopenFolder(): Promise<void>;
  /** Reads the open folder again with these label files. */
  chooseLabelFiles(files: File[]): Promise<void>;
  /** Reads the open folder's labels again in another format, or by other columns. */
  readLabelsAs(choice: LabelChoice): Promise<void>;
  changeSettings(change: Partial<TrialSettings>): void;
  countWall(filter: WallFilter): Promise<number>;
  readWall(filter: WallFilter, from: number, count: number): Promise<WallFilm[]>;
  thumbnail(row: number, side: number): Promise<ImageBitmap>;
  /** Prepared films as the network would see them in an epoch, from 0. @throws LabError where a run would not start */
  previewFilms(settings: TrialSettings, sample: PreparedSample, epoch: number): Promise<FilmPreview>;
  prepareFilms(): Promise<void>;
  stopPreparing(): void;
  downloadFailedFilms(): void;
  /** The sampling recipe as a JSON file. */
  saveRecipe(): Promise<void>;
  /** The sampled rows as a plain CSV. */
  saveSampledRows(): Promise<void>;
  /** Samples as a recipe says: at once where a dataset is open, else as soon as one is. */
  takeRecipe(file: File): Promise<void>;
  /** The next trial repeats the one whose downloaded JSON this is, with all its settings. */
  takeTrialFile(file: File): Promise<void>;
  giveUpAgain(): void;
  findLr(): Promise<void>;
  stopFinder(): void;
  /** How often LR Find is to run; asks for none. */
  chooseFinderRuns(runs: number): void;
  /** Writes a max LR, off the finder's curve or typed. */
  pickMaxLr(lr: number): void;
  train(): Promise<void>;
  pause(): void;
  resume(): void;
  stop(): void;
  /** Goes on with an interrupted or stopped trial, from its last checkpoint. */
  continueTrial(id: number): Promise<void>;
  /** Begins a new trial as the shown one's failure proposes, from its checkpoint's weights, or from fresh ones where it has none. */
  beginAgain(): Promise<void>;
  /** Shows an ended trial's curves on the Train step, and goes there unless told to stay. */
  showTrial(id: number, stays?: boolean): Promise<void>;
  /** Lays two trials or more side by side on the Trials step; the earliest is the baseline. */
  compareTrials(ids: readonly number[]): Promise<void>;
  /** Holds the others against this one of them. */
  pinBaseline(id: number): Promise<void>;
  chooseComparedWeights(which: ComparedWeights): Promise<void>;
  closeComparison(): void;
  /** Opens the review of these trials. */
  reviewTrials(ids: readonly number[]): Promise<void>;
  closeReview(): void;
  /** The open review as an HTML file. */
  saveReview(html: string): void;
  changeTrialsView(change: Partial<TrialsView>): void;
  annotateTrial(id: number, remarks: Partial<Remarks>): Promise<void>;
  /** Takes them off the list, and some seconds later away for good; those deleted before them go at once. */
  deleteTrials(ids: readonly number[]): Promise<void>;
  /** Brings back the trials that were deleted last. */
  undoDeletion(): Promise<void>;
  /** A table as a CSV file. */
  downloadTable(name: string, head: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** Counts what is kept anew. */
  lookAtStorage(): Promise<void>;
  removeFilms(set: FilmSet): Promise<void>;
  /** A whole trial as one file, checkpoints included. */
  exportTrial(id: number): Promise<void>;
  importTrial(file: File): Promise<void>;
  /** Of the shown trial, or of another; of its last checkpoint, or others that are kept. */
  downloadWeights(id?: number, which?: WhichWeights): Promise<void>;
  /** The network in a format of others; it takes the graphics card, to be tried. */
  downloadModel(id: number, which: WhichWeights, format: ExportFormat): Promise<void>;
  /** What the network is and is not, for people or for programs. */
  downloadModelCard(id: number, which: WhichWeights, format: "md" | "json"): Promise<void>;
  downloadTrial(id?: number): Promise<void>;
  /** A ZIP file that PyTorch repeats the trial from, with the prepared films or without. */
  downloadTorchBundle(id: number, withFilms: boolean): Promise<void>;
  downloadPredictions(): void;
  /** Begins the next trial, or evaluates, from a weights file. */
  takeWeights(file: File): Promise<void>;
  /** The same from an address: the one connection that the lab can make. */
  fetchWeights(address: string): Promise<void>;
  stopFetching(): void;
  /** Begins the next trial from an earlier one's weights. */
  takeTrialWeights(id: number, which: WhichWeights): Promise<void>;
  /**
   * Begins the next trial from an earlier one's weights, with all its settings but the image size. Where another dataset is open it says
   * which one is needed, and changes nothing.
   */
  continueAtSize(id: number, which: WhichWeights, imageSize: number): void;
  clearWeights(): void;
  /** Which of the shown trial's weights are evaluated. */
  chooseEvaluated(which: WhichWeights): void;
  /** How many augmented views of each film the next evaluation averages over; 0 for none. */
  chooseViews(views: number): void;
  /** The shown trial's validation films, or the prepared test set. */
  chooseFilms(on: "validation" | "testSet"): void;
  /** Validation films, or a test set, through the chosen weights of the shown trial, or through those that were taken. */
  evaluate(): Promise<void>;
  stopEvaluating(): void;
  /**
   * Where in a film of the evaluation its network sees the target that is looked at.
   * @param place among the evaluation's films
   * @throws LabError badSettings while another job has the GPU
   */
  explainFilm(place: number): Promise<Explanation>;
  /** Another target of the evaluation, or another way to read it. */
  readFigures(change: Partial<Pick<FiguresState, "at" | "rule" | "prevalence" | "scaled">>): Promise<void>;
}
