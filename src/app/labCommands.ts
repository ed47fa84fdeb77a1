// All that a person can do in the lab, as the page calls it. Each part is implemented by a file of its name, such as trialCommands.ts.

import type { LabelChoice, PreparedSample, WallFilm, WallFilter } from "../protocol/dataset";
import type { Explanation } from "../protocol/explanation";
import type { ExportFormat } from "../protocol/export";
import type { FilmPreview } from "../protocol/preview";
import type { TrialSettings } from "../protocol/settings";
import type { FilmSet } from "../protocol/storage";
import type { Remarks, WhichWeights } from "../protocol/training";
import type { TrialsView } from "../protocol/trialsView";
import type { ComparedWeights } from "./compare";
import type { Cell } from "./downloads";
import type { FiguresState, StepName } from "./state";

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
