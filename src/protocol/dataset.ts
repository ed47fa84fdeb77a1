// What crosses between the page and the dataset worker: folders in, counts, walls of films and prepared samples out.
import type { Failure } from "./labError";
import type { SampleSettings } from "./settings";

export interface FolderFile {
  /** Path inside the folder, with "/" and without the folder's own name. */
  path: string;
  file: File;
}

/** Where films come from. A handle is read lazily; a list of files is what browsers without handles give. */
export type FolderSource =
  | { kind: "handle"; name: string; handle: FileSystemDirectoryHandle }
  | { kind: "files"; name: string; files: FolderFile[] }
  | { kind: "drawn"; name: string; seed: number; films: number };

export interface OpenRequest {
  source: FolderSource;
  /** A label CSV chosen by hand, in place of the one inside the folder. */
  csv?: File | undefined;
}

export interface OpenProgress {
  phase: "listing" | "labels" | "matching";
  /** Files listed, or rows read, so far. */
  done: number;
}

export interface ColumnSummary {
  name: string;
  /** True where every cell is 1, 0, -1 or blank and at least one is 1: a finding, to which the label policies apply. */
  isLabel: boolean;
  /** Values as the CSV writes them (1.0 is "1"), most frequent first, blank as ""; at most 50. */
  values: { value: string; rows: number }[];
}

export interface DatasetSummary {
  name: string;
  format: "chexpert";
  /** Why the format was recognised, in a sentence. */
  formatReason: string;
  csvPath: string;
  csvSha256: string;
  ms: number;
  films: number;
  rows: number;
  rowsWithoutFilm: number;
  filmsWithoutRow: number;
  /** Rows that repeat an earlier row's film; the first is kept. */
  duplicateRows: number;
  /** Rows whose path climbs out of the folder; never read. */
  rejectedRows: number;
  patients: number;
  ownValidation: { csvPath: string; rows: number } | null;
  /** Columns that can be a target, findings first. */
  columns: ColumnSummary[];
  /** Sentences about what was passed over, each naming the file or row. */
  notes: string[];
  /** True where rows of lateral films are told apart, so that the frontal-only filter means something. */
  hasViews: boolean;
}

export type FilmLabel = "positive" | "negative" | "uncertain" | "blank" | "leftOut";

export type WallFilter = "all" | "positive" | "negative" | "uncertain" | "setAside";

export interface WallFilm {
  /** Row number in the dataset: the key for `thumbnail`. */
  row: number;
  path: string;
  patient: string;
  label: FilmLabel;
}

export interface PartSummary {
  films: number;
  positives: number;
  negatives: number;
  patients: number;
}

/** What a choice of target, policy, split and balance makes of the dataset. */
export interface SampleSummary {
  positive: number;
  negativeExplicit: number;
  negativeBlank: number;
  uncertainIgnored: number;
  blankIgnored: number;
  lateralLeftOut: number;
  /** Labelled films of both parts, before and after the balance. */
  before: PartSummary;
  after: PartSummary;
  /** Films of one epoch (training and validation together) and labelled films that no epoch so drawn uses. */
  kept: number;
  setAside: number;
  train: PartSummary;
  valid: PartSummary;
  /** Steps use this many films each epoch, repeats counted (oversampling). */
  epochFilms: number;
  /** With fresh draws: epochs until every film of the majority was seen; else 1. */
  epochsToSeeAll: number;
  /** Films that the planned epochs use, to be prepared. */
  filmsToPrepare: number;
  /** Weight of the positive class in the loss; 1 unless `weight`. */
  positiveWeight: number;
  patientsInBoth: number;
  filmsInBoth: number;
  mostFilmsOfAPatient: number;
  /** Share of positives by view ("AP", "PA"), where the CSV has it. */
  positiveShareByView: { view: string; share: number; films: number }[];
  /** Why nothing can be trained from this sample (one class only, no films); null where it can. */
  problem: Failure | null;
}

/** One part of a prepared sample, a film an index. `slots` are places in the film store. */
export interface PreparedPart {
  slots: Uint32Array;
  /** 0 or 1. */
  labels: Uint8Array;
}

/** Everything training needs of the data: kept with the trial, so that a resumed run needs no folder. */
export interface PreparedSample {
  /** The film store in OPFS, and the numbering of its slots (storage/filmStore.ts). */
  store: string;
  imageSize: number;
  train: PreparedPart;
  valid: PreparedPart;
  /** Paths of the validation films, in order, as the label CSV writes them. */
  validPaths: string[];
  summary: SampleSummary;
}

export interface FailedFilm {
  path: string;
  reason: string;
}

export type PrepareEvent =
  | {
      type: "prepareProgress";
      done: number;
      total: number;
      failed: number;
      /** Films found prepared from earlier. */
      reused: number;
      filmsPerSecond: number;
      secondsLeft: number;
      bytes: number;
    }
  | { type: "finished"; sample: PreparedSample; failed: FailedFilm[]; ms: number }
  | { type: "stopped"; done: number; total: number }
  | ({ type: "failed" } & Failure);

export interface DatasetApi {
  /** Lists the folder, finds and reads its label CSV, matches rows and films. @throws LabError */
  open(request: OpenRequest, onProgress: (progress: OpenProgress) => void): Promise<DatasetSummary>;
  /** Counts only; reads no film. @throws LabError */
  describeSample(settings: SampleSettings): Promise<SampleSummary>;
  countWall(settings: SampleSettings, filter: WallFilter): Promise<number>;
  readWall(settings: SampleSettings, filter: WallFilter, from: number, count: number): Promise<WallFilm[]>;
  /** A film no larger than `side` pixels, transferred. @throws LabError filmUnreadable */
  thumbnail(row: number, side: number): Promise<ImageBitmap>;
  /** Starts the job; the port carries PrepareEvents out and JobCommands in. */
  prepare(settings: SampleSettings, workers: number, port: MessagePort): Promise<void>;
}

/** What every long job understands while it runs; `pause` and `resume` are for training. */
export type JobCommand = { type: "stop" } | { type: "pause" } | { type: "resume" };
