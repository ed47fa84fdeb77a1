// What the lab keeps in the browser beside the films that are open: sets of prepared films, and trials as files. Stores nothing.
import type { PreparationSettings, TrialSettings } from "./settings";
import type { CheckpointRef, KeptCheckpoints, Trial } from "./training";

/** Films that were prepared in one way, of whatever folders. */
export interface FilmSet {
  store: string;
  /** Null where another version of the lab prepared them. */
  preparation: PreparationSettings | null;
  /** Side in pixels; 0 where it holds no films. */
  imageSize: number;
  films: number;
  bytes: number;
  /** Numbers of the trials whose films are among them. */
  trials: number[];
}

/** Bytes of what a run keeps. */
export interface KeptSizes {
  /** Of a whole checkpoint: weights, moments, and the moving average where one is kept. */
  checkpoint: number;
  weights: number;
}

/** A trial that was brought in from a file. */
export interface TrialOrigin {
  file: string;
  /** Its number where it was trained. */
  trial: number;
  importedAt: string;
}

/** A whole trial as one file, and what a person should know of it. */
export interface TrialArchive {
  file: Blob;
  notices: string[];
}

export interface StorageApi {
  /** Of a run with these settings, whatever its engine. */
  sizeKept(settings: TrialSettings): Promise<KeptSizes>;
  /** The largest first. @throws LabError storageFailed */
  listFilmSets(): Promise<FilmSet[]>;
  /** @throws LabError badSettings where the set is in use, storageFailed */
  removeFilmSet(store: string): Promise<void>;
  /** Removes deleted trials, and what an interrupted deletion or import left behind. */
  tidy(): Promise<void>;
  /** Trials that are kept as running, and that no worker trains, are kept as interrupted. */
  markInterrupted(): Promise<void>;
  /** All of a trial as one file; what is damaged of it is left out. @throws LabError badSettings where it is being trained, checkpointDamaged */
  exportArchive(trialId: number): Promise<TrialArchive>;
  /** Keeps such a file's trial under the next number. @throws LabError archiveUnreadable, storageFull */
  importArchive(file: File): Promise<Trial>;
}

/** Whole checkpoints that are kept at most, and the one that is being written before another goes. */
const CHECKPOINTS_KEPT = 3 + 1;

/** The most that a run comes to keep at any moment, in bytes. */
export function mostKept({ checkpoint, weights }: KeptSizes, { averageLast }: Pick<TrialSettings, "averageLast">): number {
  return CHECKPOINTS_KEPT * checkpoint + (averageLast > 0 ? (averageLast + 1) * weights : 0);
}

/** Each checkpoint that is kept of a trial once, whatever it is kept for. */
export function listKept({ last, previous, best, epochs }: KeptCheckpoints): CheckpointRef[] {
  const refs = [last, previous, best, ...epochs].filter((ref) => ref !== null);
  return [...new Map(refs.map((ref) => [ref.key, ref])).values()];
}
