// What crosses between the page and the training worker, and what a trial is made of.

import type { Again, TrialFile } from "./again";
import type { ColumnMapping, FailedFilm, PreparedContents, PreparedSample, SampleSummary } from "./dataset";
import type { ExplainRequest, Explanation } from "./explanation";
import type { ExportedFile, ExportFormat, TriedFile } from "./export";
import type { FinderRequest, FinderResult } from "./finder";
import type { GpuCheckSummary } from "./gpuCheck";
import type { Failure } from "./labError";
import type { Validated } from "./metrics";
import type { FilmPreview, PreviewRequest } from "./preview";
import type { Architecture, Head, Normalisation, TrialSettings } from "./settings";
import type { StepColumns } from "./steps";
import type { StorageApi, TrialOrigin } from "./storage";

export interface AdapterReport {
  /** As the driver names itself, e.g. "Apple M2" or "SwiftShader". */
  name: string;
  vendor: string;
  architecture: string;
  isSoftware: boolean;
  maxBindingBytes: number;
  maxBufferBytes: number;
  features: string[];
}

/** One training step. `step` counts from 0 over the whole run. */
export interface StepRecord {
  step: number;
  epoch: number;
  loss: number;
  lr: number;
  momentum: number;
}

/** DeLong's interval of 95 %. */
export interface AurocInterval {
  low: number;
  high: number;
}

export interface EpochRecord {
  /** From 0. */
  epoch: number;
  /** Mean training loss over the epoch's steps. */
  trainLoss: number;
  validLoss: number;
  accuracy: number;
  /** Mean over the targets of which validation holds both classes; null where there is none. */
  auroc: number | null;
  /** Of a single target; null where it has none, or films are too few. Missing in trials of earlier versions. */
  aurocInterval?: AurocInterval | null;
  /** Of each target, where several are learnt. */
  aurocs?: (number | null)[];
  seconds: number;
}

/** `interrupted`: it was running or paused when its worker ended. */
export type TrialState = "ready" | "running" | "paused" | "interrupted" | "stopped" | "finished" | "failed";

export interface DatasetFingerprint {
  name: string;
  format: string;
  rows: number;
  films: number;
  csvPath: string;
  csvSha256: string;
  /** Of the label files' bytes and of which film each row is; missing in trials of earlier versions, as is all that follows. */
  fingerprint?: string;
  labelFiles?: { path: string; sha256: string }[];
  /** How columns were understood, where that is a choice. */
  mapping?: ColumnMapping | null;
  /** What the prepared films turned out to hold. */
  contents?: PreparedContents;
  /** Films that were set aside when they were prepared, with their reasons. */
  failed?: FailedFilm[];
}

/** The weights from elsewhere that a trial began from. */
export interface Beginning {
  /** The trial, e.g. `trial-27`, or the file's name. */
  name: string;
  /** Which of the trial's weights; null for a file. */
  which: WhichWeights | null;
  /** Side in pixels that they were trained at; null where the file does not say. */
  imageSize: number | null;
  /** Of the file, or of the one that the trial's weights would be downloaded as. */
  sha256: string;
  /** What of them was drawn anew instead, in a sentence; null where nothing was. */
  replaced: string | null;
  /** How a file was read, in sentences. */
  notes: string[];
}

/** What a person says of a trial. It decides nothing of how it is trained. */
export interface Remarks {
  note: string;
  star: boolean;
}

/** A numbered trial as it is kept in IndexedDB. History and weights stand with its checkpoints. */
export interface Trial extends Remarks {
  id: number;
  /** The trial whose weights this one began from, a file's name, or null for a fresh start. */
  parent: string | null;
  createdAt: string;
  state: TrialState;
  failure: Failure | null;
  settings: TrialSettings;
  dataset: DatasetFingerprint;
  sample: SampleSummary;
  /** Missing in trials of earlier versions. */
  beginning?: Beginning | null;
  finder: FinderResult | null;
  adapter: AdapterReport | null;
  /** Of the card that it was begun on; null where that was not checked. Missing in trials of earlier versions. */
  gpuCheck?: GpuCheckSummary | null;
  /** Versions of what computed it. */
  versions: Record<string, string>;
  stepsDone: number;
  stepsTotal: number;
  /** Why it finished before its last epoch, in a sentence; null where it did not. Missing in trials of earlier versions. */
  earlyEnd?: string | null;
  epochs: EpochRecord[];
  checkpoints: KeptCheckpoints;
  /** Missing where it repeats no other. */
  again?: Again;
  /** Missing where it was trained here. */
  origin?: TrialOrigin;
  seconds: number;
  /** Set on what is about to go: it is on no list any more, and goes with all that is kept of it when storage is next tidied. */
  deletedAt?: string | null;
}

/** What is kept of a trial's weights, and what for; one checkpoint may stand in several places. */
export interface KeptCheckpoints {
  last: CheckpointRef | null;
  /** The one before the last, for where that is damaged. */
  previous: CheckpointRef | null;
  /** Of the epoch that is best by `settings.keepBest`. */
  best: CheckpointRef | null;
  /** Weights alone, of the last `settings.averageLast` epochs, oldest first. */
  epochs: CheckpointRef[];
}

/** The scores are of the validation at this step: all null within an epoch. */
export interface CheckpointRef extends Validated {
  key: string;
  step: number;
  savedAt: string;
  bytes: number;
  /** The epoch, from 0, that ended here; null within one. */
  epoch: number | null;
  /** As in the epoch's record. */
  aurocInterval?: AurocInterval | null;
}

/** What a trial's network said of its validation films when it was validated; a film an index. */
export interface KeptValidation {
  /** From 0: the epoch that it ended. */
  epoch: number;
  /** Of what the labels and logits are, in their order. */
  targets: string[];
  /** [films, targets] */
  logits: Float32Array;
  /** [films, targets]: 0, 1, or `UNKNOWN_LABEL`. */
  labels: Uint8Array;
  /** [films, FILM_KEY_BYTES]: by what it holds; null in samples of earlier versions. */
  films: Uint8Array | null;
  /** A number each, the same for films of one patient; null where that is not known. */
  patients: Uint32Array | null;
  /** As the label CSV writes them. */
  paths: string[];
  /** That another checkpoint stands in for a damaged one, in a sentence; null where none does. */
  notice: string | null;
}

export type TrainPhase = "opening" | "compiling" | "training" | "validating" | "saving" | "paused";

/** What a job is doing now: `progress` where it can be counted, as the programs that are compiled. */
export interface PhaseEvent {
  type: "phase";
  phase: TrainPhase;
  detail: string;
  progress?: { done: number; total: number };
}

export type TrainEvent =
  | PhaseEvent
  /** The run's learning rates from first step to last, at a few hundred steps: what the chart dots ahead of the run. */
  | { type: "schedule"; lrs: { step: number; lr: number }[] }
  | {
      type: "steps";
      steps: StepRecord[];
      stepsTotal: number;
      filmsPerSecond: number;
      secondsLeft: number;
      gpuBytes: number;
    }
  | { type: "epochEnd"; epoch: EpochRecord; gpuBytes: number; tensors: number }
  | { type: "checkpoint"; checkpoints: KeptCheckpoints }
  /** A sentence the person should read; the run goes on. */
  | { type: "notice"; message: string }
  | { type: "finished"; trial: Trial }
  | { type: "stopped"; trial: Trial }
  | ({ type: "failed"; step?: number } & Failure);

/** How well a target is told, on the films whose label is known. */
export interface TargetScores {
  target: string;
  films: number;
  positives: number;
  /** Null where no label is known. */
  accuracy: number | null;
  /** Null where one class is missing. */
  auroc: number | null;
}

/** What of the evaluated films the network was trained on, itself or as one that it began from. */
export interface SeenFilms {
  films: number;
  /** By their names: of another collection they may be called alike by chance. */
  patients: number;
  /** The trial or file whose training films, or their patients, are not known here; null where all are. */
  unknown: string | null;
}

export interface Evaluation {
  films: number;
  /** Over all known labels. */
  loss: number;
  accuracy: number;
  /** Mean over the targets that have both classes. */
  auroc: number | null;
  targets: TargetScores[];
  /** Of the films, as the label CSV writes them. */
  paths: string[];
  /** [films, targets]: 0, 1, or `UNKNOWN_LABEL`. */
  labels: Uint8Array;
  /** [films, targets] */
  logits: Float32Array;
  /** [films, targets] */
  probabilities: Float64Array;
  /** Of test-time augmentation: the views of each film beside the plain one, and the augmentation they were drawn by: that of the settings, or fastai's where these have none; null without. */
  views: { count: number; augmentation: "chosen" | "fastai" } | null;
  seen: SeenFilms;
}

export type EvaluateEvent =
  | PhaseEvent
  | { type: "evaluateProgress"; done: number; total: number; gpuBytes: number }
  /** A sentence the person should read; the evaluation goes on. */
  | { type: "notice"; message: string }
  | { type: "finished"; evaluation: Evaluation }
  | { type: "stopped" }
  | ({ type: "failed" } & Failure);

/** Which of a trial's kept weights: those of its last checkpoint, of its best epoch, or the mean of its last epochs. */
export type WhichWeights = "last" | "best" | "average";

/** A file of weights, and what a person should know of it. */
export interface WeightsFile {
  bytes: ArrayBuffer;
  notices: string[];
}

/** What tells a file of weights from any other, and what a person should know of it. */
export interface WeightsHash {
  sha256: string;
  notices: string[];
}

/** Which weights: fresh from the seed, a file's, or a trial's checkpoint. */
export type WeightsChoice =
  | { kind: "fresh" }
  | { kind: "file"; name: string; file: Blob }
  | { kind: "trial"; trialId: number; which: WhichWeights };

export interface NewTrial {
  settings: TrialSettings;
  sample: PreparedSample;
  dataset: DatasetFingerprint;
  finder: FinderResult | null;
  weights: WeightsChoice;
  /** The file of the trial that it is to repeat. */
  again?: TrialFile;
  /** Of the card, where it was checked. */
  gpuCheck?: GpuCheckSummary;
}

export interface EvaluateRequest {
  settings: TrialSettings;
  sample: PreparedSample;
  weights: WeightsChoice;
  /** Augmented views of each film that its probability is averaged over (test-time augmentation); 0 for the plain film alone. */
  views: number;
}

/** What GPU memory goes to: optimiser's moments; features kept for the backward pass; working space; films on their way in. */
export const MEMORY_PARTS = ["weights", "gradients", "moments", "features", "featureGradients", "scratch", "films"] as const;
export type MemoryPart = (typeof MEMORY_PARTS)[number];

/** What a run will take, known before anything starts. */
export interface Forecast {
  gpuBytes: number;
  parts: Record<MemoryPart, number>;
  budgetBytes: number;
  /** Films a pass that fit the budget at most; 0 where not even the smallest batch does. */
  largestPass: number;
  /** Of a step, once a few steps of these settings were timed in this visit. */
  msPerStep: number | null;
  /** The same of validation, a film. */
  msPerValidFilm: number | null;
}

export interface WeightsSummary {
  arch: Architecture;
  head: Head;
  normalisation: Normalisation;
  classes: string[];
  imageSize: number | null;
  parameters: number;
  /** How the file was read, in sentences. */
  notes: string[];
}

export interface TrainApi extends StorageApi {
  /** Asks for the adapter. `allowSoftware` false refuses a software adapter with `softwareAdapter`. @throws LabError noWebGpu */
  openAdapter(allowSoftware: boolean): Promise<AdapterReport>;
  /** Null for the stock engine, whose memory TF.js decides. Allocates nothing. */
  forecast(settings: TrialSettings): Promise<Forecast | null>;
  /** The first films of an epoch, augmented; needs no GPU. @throws LabError badSettings, noFilms, filmsNotPrepared */
  previewFilms(request: PreviewRequest): Promise<FilmPreview>;
  find(request: FinderRequest, port: MessagePort): Promise<void>;
  /** What is another than the file says of which the trial is to be run again, a sentence each. @throws LabError as createTrial */
  listDifferences(request: NewTrial & { again: TrialFile }): Promise<string[]>;
  /** A trial here that has the weights from which another began, by their checksum; null where none has. */
  findBeginning(beginning: Beginning): Promise<WeightsChoice | null>;
  /** Creates the trial in IndexedDB, numbered, and returns it; nothing runs yet. */
  createTrial(request: NewTrial): Promise<Trial>;
  /**
   * Runs a created or interrupted trial from its last checkpoint to its end. The budget is the machine's, not the trial's: it changes no
   * bit of what is learned, and where one is given it is the trial's from now on.
   */
  train(trialId: number, port: MessagePort, gpuBudgetMiB?: number): Promise<void>;
  evaluate(request: EvaluateRequest, port: MessagePort): Promise<void>;
  /**
   * Where in validation films the network sees a target. The network stays ready for the next film; a job that begins takes the graphics card
   * from it, and while one is under way questions are refused.
   * @throws LabError badSettings, filmsNotPrepared, outOfGpuMemory, and of the weights as an evaluation does
   */
  explain(request: ExplainRequest): Promise<Explanation>;
  /** The trial's weights as a safetensors file under torchvision's names. @throws LabError weightsUnreadable, checkpointDamaged */
  exportWeights(trialId: number, which: WhichWeights): Promise<WeightsFile>;
  /** Of that file, without handing it over. @throws LabError weightsUnreadable, checkpointDamaged */
  hashWeights(trialId: number, which: WhichWeights): Promise<WeightsHash>;
  /**
   * The same as a file of another format, with these facts beside its own in the file's metadata. It is run before it is handed over.
   * @throws LabError weightsUnreadable, checkpointDamaged; badSettings while a job is under way; exportDiffers
   */
  exportModel(trialId: number, which: WhichWeights, format: ExportFormat, facts: Record<string, string>): Promise<TriedFile>;
  /** The trial's JSON of CONTRACT: settings, data, finder, steps, epochs. */
  exportTrial(trialId: number): Promise<string>;
  /**
   * A trial as a ZIP file that PyTorch repeats it from, with its prepared films or without.
   * @throws LabError badSettings where they must come along, filmsNotPrepared, checkpointDamaged
   */
  exportTorchBundle(trialId: number, withFilms: boolean): Promise<ExportedFile>;
  /** Steps of a trial so far, from its last checkpoint. */
  readSteps(trialId: number): Promise<StepColumns>;
  /**
   * What a weights file holds: a whole network of the lab's. `arch` is only said of a file that does not tell its own.
   * @throws LabError weightsMismatch, weightsUnreadable
   */
  inspectWeights(file: Blob, name: string, arch: Architecture): Promise<WeightsSummary>;
  /** In order; some may be deleted. */
  listTrialNumbers(): Promise<number[]>;
  /** By number, all of them or those of `trialIds`; those that are deleted are not among them. */
  listTrials(trialIds?: readonly number[]): Promise<Trial[]>;
  readSample(trialId: number): Promise<PreparedSample>;
  /**
   * Of the validation that the last or the best checkpoint was kept after; null where it was kept within an epoch, or by an earlier version.
   * @throws LabError checkpointDamaged
   */
  readValidation(trialId: number, which: "last" | "best"): Promise<KeptValidation | null>;
  /** Also while it is trained. */
  annotateTrial(trialId: number, remarks: Partial<Remarks>): Promise<Trial>;
  /**
   * From now on the trial is not there. All that is kept of it stays until `tidy`, so that it can be restored whole.
   * @throws LabError badSettings where it is in use
   */
  deleteTrial(trialId: number): Promise<void>;
  /** @throws LabError storageFailed where it was tidied away */
  restoreTrial(trialId: number): Promise<Trial>;
}
