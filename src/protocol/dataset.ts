// What crosses between the page and the dataset worker: folders in, counts, walls of films and prepared samples out.
import type { Failure } from "./labError";
import type { SampleSettings } from "./settings";

/**
 * Where films come from. A handle is read lazily. A list of files is what browsers without handles give, and the folder picker: its paths
 * cross as text, and the files stay on the page until one is asked for by its place (`DatasetApi.open`).
 */
export type FolderSource =
  | { kind: "handle"; name: string; handle: FileSystemDirectoryHandle }
  /** Paths inside the folder, with "/" and without the folder's own name: a line each in UTF-8, pieces of many lines. */
  | { kind: "files"; name: string; paths: Uint8Array<ArrayBuffer>[] }
  | { kind: "drawn"; name: string; seed: number; films: number };

/** What label files are written in; `anyCsv` is one row a film with columns of any names. */
export type FileFormat = "chexpert" | "nih" | "mimic" | "padchest" | "vindr" | "rsna" | "anyCsv";
/** `folderPerClass` needs no label file. */
export type LabelFormat = FileFormat | "folderPerClass";

/** Which column is what, by their names; what is not given the table does not have. */
export interface ColumnMapping {
  path: string;
  patient?: string | undefined;
  study?: string | undefined;
  /** Frontal or lateral. */
  view?: string | undefined;
  /** AP, PA and the like. */
  projection?: string | undefined;
  sex?: string | undefined;
  age?: string | undefined;
  /** Words such as train, valid and test. */
  split?: string | undefined;
  /** Columns that may be a target; all that can be where none is given. */
  labels?: string[] | undefined;
}

/** How label files are read, where a person knows better than what was recognised. */
export interface LabelChoice {
  format?: LabelFormat | undefined;
  mapping?: ColumnMapping | undefined;
}

export interface OpenRequest {
  source: FolderSource;
  /** Label files chosen by hand: the labels are read from these, and those inside the folder only join them; none where the folder has its own. */
  labelFiles: File[];
  choice: LabelChoice;
}

export interface OpenProgress {
  phase: "listing" | "labels" | "matching" | "headers";
  /** Files listed, rows read, or DICOM headers read, so far. */
  done: number;
  /** Of how many, where that is known. */
  total?: number;
}

export interface ColumnSummary {
  name: string;
  /** True where every cell is 1, 0, -1 or blank and at least one is 1: a finding, to which the label policies apply. */
  isLabel: boolean;
  /** Of a finding: some cells are blank, and what that means is the policy's to say: elsewhere it changes nothing. */
  hasBlanks: boolean;
  /** Most frequent first, blank as "", 1.0 as "1"; at most 50. `written` is how the file writes it ("Yes" for a finding's "1"). */
  values: { value: string; written: string; rows: number }[];
  /** Values that count as positive until a person chooses others; empty where none suggests itself. */
  defaultPositive: string[];
}

export interface DatasetSummary {
  name: string;
  /** Of the label files' bytes and of which film each row is: 16 hex digits. */
  fingerprint: string;
  format: LabelFormat;
  /** Why the format was recognised, in a sentence. */
  formatReason: string;
  /** What else the files could be read as. */
  otherFormats: LabelFormat[];
  /** How columns were understood, where a person may correct that, and the names of all of them. */
  mapping: ColumnMapping | null;
  csvColumns: string[];
  /** The first of the label files; empty where folders are the labels. */
  csvPath: string;
  csvSha256: string;
  labelFiles: { path: string; sha256: string; encoding: string }[];
  ms: number;
  /** Of a folder too large to be listed: films that the rows name. */
  films: number;
  /** Training rows. */
  rows: number;
  /** Null where the folder is too large to be listed; what is missing shows when films are prepared. */
  rowsWithoutFilm: number | null;
  filmsWithoutRow: number | null;
  /** Rows that repeat an earlier row's film; the first is kept. */
  duplicateRows: number;
  /** Of these, rows that say something else than the first row of their film. */
  conflictingRows: number;
  /** Rows that name no film, or one outside the folder; never read. */
  rejectedRows: number;
  patients: number;
  /** Rows that the dataset itself holds out. */
  ownValidation: { part: "validation" | "test"; rows: number } | null;
  /** Columns that can be a target, findings first. */
  columns: ColumnSummary[];
  /** Sentences about what was passed over, each naming the file or row. */
  notes: string[];
  /** True where rows of lateral films are told apart, so that the frontal-only filter means something. */
  hasViews: boolean;
}

/** `unknown` while the settings make no sample, such as without a positive value. */
export type FilmLabel = "positive" | "negative" | "uncertain" | "blank" | "leftOut" | "unknown";

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

export interface TargetCounts {
  positives: number;
  negatives: number;
  unknown: number;
}

/** A target's labels among all labelled films before the balance, the films that are learnt from, each once, and those of validation. */
export interface TargetSummary {
  target: string;
  before: TargetCounts;
  train: TargetCounts;
  valid: TargetCounts;
  /** Weight of its positive class in the loss; 1 unless `weight`. */
  positiveWeight: number;
}

/** Labelled films of a group, such as those of view "AP", and how many of them are positive. */
export interface GroupedPositives {
  by: "view" | "sex" | "age";
  groups: { name: string; films: number; positives: number }[];
}

/** How many patients have `from` to `to` labelled films. */
export interface PatientCount {
  from: number;
  to: number;
  patients: number;
}

/** What a choice of targets, policies, split and balance makes of the dataset. Where no target is named it is the main one. */
export interface SampleSummary {
  positive: number;
  /** Of these, uncertain ones read as positive (U-Ones). */
  positiveUncertain: number;
  negativeExplicit: number;
  /** Of these, uncertain ones read as negative (U-Zeros). */
  negativeUncertain: number;
  negativeBlank: number;
  uncertainIgnored: number;
  blankIgnored: number;
  lateralLeftOut: number;
  /** Films left out because a person found their label doubtful. */
  doubtfulLeftOut: number;
  /** Rows that the dataset holds out and this choice of validation does not use. */
  heldOut: number;
  /** Training rows left out because their patient, or the film itself, is in the dataset's own validation or test. */
  sharedLeftOut: number;
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
  /** All that is learnt, the main target first. */
  targets: TargetSummary[];
  patientsInBoth: number;
  filmsInBoth: number;
  /** By view, sex and age, as far as the labels know them. */
  grouped: GroupedPositives[];
  filmsOfPatients: PatientCount[];
  /** Why nothing can be trained from this sample (one class only, no films); null where it can. */
  problem: Failure | null;
}

/** The rows of a sample in their order. */
export interface SampledRows {
  /** path, part (train, valid or test), patient, study, view, sex, age, and a column a target. */
  csv: string;
  films: number;
  /** Of `csv`, in hex: the same films with the same labels in the same order have the same. */
  sha256: string;
}

/** 128 bits: among a million films no two share them by chance. */
export const FILM_KEY_BYTES = 16;

/** Where films come from, for who reads the folder with other tools. Texts have a line a film: lists of names would be slow to pass on. */
export interface FilmOrigins {
  /** As the label CSV writes them. */
  paths: string;
  /** Inside the opened folder. */
  files: string;
  /** A number each, the same for films of one patient, in both parts. */
  patients: Uint32Array;
}

/** One part of a prepared sample, a film an index. `slots` are places in the film store. */
export interface PreparedPart {
  slots: Uint32Array;
  /**
   * [films, FILM_KEY_BYTES]: each film by the beginning of its file's SHA-256, by which it is found again where the store was prepared anew.
   * Missing in samples of earlier versions.
   */
  films?: Uint8Array;
  /** Missing in samples of earlier versions. */
  origins?: FilmOrigins;
  /** [films, targets]: 0, 1, or `UNKNOWN_LABEL`. */
  labels: Uint8Array;
}

export const UNKNOWN_LABEL = 255;

/** What the prepared films turned out to hold. */
export interface PreparedContents {
  /** Of every film's bytes and labels in their order: 16 hex digits. Two samples of the same are the same to the byte. */
  fingerprint: string;
  /** Films by how their samples became bytes: "bytes" where they were such, else "window", "table" or "percentiles". */
  gradings: Record<string, number>;
  /** Training films that hold the same image as a validation film. */
  repeatedAcross: number;
  /** Whether these were set aside: they are unless nothing to learn from would be left. */
  setsAsideRepeated: boolean;
  /** Films beyond the first of each image that stands in one part several times; they are kept. */
  repeatedWithin: number;
}

/** Films by one thing that their labels say of them. */
export interface FilmGroups {
  /** The source is the folder that films of one place share. */
  by: "view" | "sex" | "age" | "source";
  names: string[];
  /** Of each film its place in `names`. */
  codes: Uint8Array;
}

/** What the labels say of films besides the findings, a film an index. */
export interface FilmFacts {
  /** A number each, the same for films of one patient. */
  patients: Uint32Array;
  groups: FilmGroups[];
  /** [films, targets]: 1 where the label's cell is blank. */
  blanks: Uint8Array;
}

/** Everything training needs of the data: kept with the trial, so that a resumed run needs no folder. */
export interface PreparedSample {
  /** The film store in OPFS, and the numbering of its slots (storage/filmLayout.ts). */
  store: string;
  imageSize: number;
  /** Names of what the labels are of, the main target first. */
  targets: string[];
  train: PreparedPart;
  valid: PreparedPart;
  contents: PreparedContents;
  /** Paths of the validation films, in order, as the label CSV writes them. */
  validPaths: string[];
  /** Of the validation films. Missing in samples of earlier versions. */
  validFacts?: FilmFacts;
  /**
   * Of each part its patients as far as the labels name them, each once: [patients, FILM_KEY_BYTES] of the SHA-256 of their names, by which
   * they are found again in another folder, and told to nobody. Missing in samples of earlier versions.
   */
  patients?: { train: Uint8Array; valid: Uint8Array };
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
  /** `reused` films were found prepared. */
  | { type: "finished"; sample: PreparedSample; failed: FailedFilm[]; reused: number; ms: number }
  | { type: "stopped"; done: number; total: number }
  | ({ type: "failed" } & Failure);

export interface DatasetApi {
  /**
   * Finds and reads the folder's label files, matches rows and films.
   * @param openFile gives the file at a place of a source's list
   * @throws LabError
   */
  open(
    request: OpenRequest,
    onProgress: (progress: OpenProgress) => void,
    openFile: (place: number) => Promise<Blob>,
  ): Promise<DatasetSummary>;
  /** Counts only; reads no film. @throws LabError */
  describeSample(settings: SampleSettings): Promise<SampleSummary>;
  /** @throws LabError */
  exportSample(settings: SampleSettings): Promise<SampledRows>;
  countWall(settings: SampleSettings, filter: WallFilter): Promise<number>;
  readWall(settings: SampleSettings, filter: WallFilter, from: number, count: number): Promise<WallFilm[]>;
  /** A film no larger than `side` pixels, transferred. @throws LabError filmUnreadable */
  thumbnail(row: number, side: number): Promise<ImageBitmap>;
  /** Starts the job; the port carries PrepareEvents out and JobCommands in. */
  prepare(settings: SampleSettings, workers: number, port: MessagePort): Promise<void>;
}

/** What every long job understands while it runs; `pause` and `resume` are for training. */
export type JobCommand = { type: "stop" } | { type: "pause" } | { type: "resume" };
