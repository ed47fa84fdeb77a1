// The preparation job: a sample's films into the store, with progress, stop and resume, and the prepared sample at the end.
import type { FailedFilm, PreparedContents, PreparedPart, PreparedSample, PrepareEvent } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { preparationOf, type SampleSettings } from "../protocol/settings";
import { type FilmContents, openFilmContents } from "../storage/filmContents";
import { packKeys } from "../storage/filmKeys";
import { holdFilms } from "../storage/filmLock";
import { type FilmWriter, openFilmWriter } from "../storage/filmWriter";
import { sha256 } from "../storage/sha256";
import { describeFilms, packPatients } from "./facts";
import type { FilmIndex } from "./filmIndex";
import { nameStore } from "./filmStoreName";
import type { FilmWorker } from "./films/filmWorker";
import { type PreparedFilm, prepareFilms } from "./films/prepareFilms";
import type { FolderReader } from "./folder/folder";
import { cellOf } from "./labelFiles/columns";
import { recogniseFilms, stampOf } from "./recogniseFilms";
import { keepReady, labelsOf, type SamplePlan } from "./sample";

const PROGRESS_EVERY_MS = 100;

export interface PrepareJob {
  index: FilmIndex;
  folder: FolderReader;
  settings: SampleSettings;
  plan: SamplePlan;
  /** SHA-256 of the open folder's files by path, as far as they were read; grows with every job. */
  contents: Map<string, string>;
  workers: number;
  createWorker: () => FilmWorker;
  signal: AbortSignal;
  emit: (event: PrepareEvent) => void;
  openWriter?: (store: string, imageSize: number) => Promise<FilmWriter>;
  openContents?: (folder: string) => Promise<FilmContents>;
}

/**
 * Emits progress and resolves to the ending. What was prepared stays in the store however it ends.
 * @throws LabError badSettings, storageFull, storageFailed, internal
 */
export async function prepareSample(job: PrepareJob): Promise<PrepareEvent> {
  const { index, settings, plan, signal } = job;
  const { imageSize } = settings;
  if (!Number.isInteger(imageSize) || imageSize < 8 || imageSize > 4096) {
    throw new LabError("badSettings", `The image size is ${imageSize}; choose a whole number from 8 to 4096.`, "Image size");
  }
  if (plan.summary.problem) return { type: "failed", ...plan.summary.problem };
  const started = performance.now();
  const store = nameStore(settings);
  const writer = await (job.openWriter ?? openHeldWriter)(store, imageSize);
  const paths = plannedPaths(index, plan);
  const { failed, done, reused } = await fillStore(job, writer, paths).catch((error: unknown) =>
    Promise.reject(explainFullStorage(error, paths.length, imageSize)),
  );
  if (signal.aborted && done < paths.length) return { type: "stopped", done, total: paths.length };

  const pathOf = (row: number) => index.films[index.filmOfRow[row] ?? -1] ?? "";
  const filmOf = (row: number) => job.contents.get(pathOf(row)) ?? "";
  const slotOf = (row: number) => writer.films.get(filmOf(row))?.slot;
  const repeated = findRepeated(plan, slotOf);
  const prepared = keepReady(index, settings, plan, (row) => slotOf(row) !== undefined);
  const distinct = repeated.size === 0 ? prepared : keepReady(index, settings, prepared, (row) => !repeated.has(row));
  // Where nothing to learn from would be left, the films stay, and the page says so.
  const setsAside = distinct.summary.problem === null;
  const ready = setsAside ? distinct : prepared;
  if (setsAside) {
    for (const [row, of] of repeated) {
      failed.push({ path: pathOf(row), reason: `It holds the same image as the validation film ${pathOf(of)}.` });
    }
  }
  if (ready.summary.problem) {
    const { code, message, at } = ready.summary.problem;
    return { type: "failed", code, message: `${failed.length} films were set aside. ${message}`, at };
  }
  const toPart = (rows: Uint32Array): PreparedPart => ({
    slots: rows.map((row) => slotOf(row) ?? 0),
    films: packKeys(Array.from(rows, filmOf)),
    origins: {
      paths: Array.from(rows, (row) => cellOf(index.labels.path, row)).join("\n"),
      files: Array.from(rows, pathOf).join("\n"),
      patients: rows.map((row) => index.patientOfRow[row] ?? 0),
    },
    labels: labelsOf(plan.labels.byTarget, rows),
  });
  const train = toPart(ready.planned.train);
  const valid = toPart(ready.planned.valid);
  const contentOf = (row: number) => ({ film: filmOf(row), grading: writer.films.get(filmOf(row))?.grading ?? "" });
  const targets = ready.summary.targets.map(({ target }) => target);
  const sample: PreparedSample = {
    store: writer.reference,
    imageSize,
    targets,
    train,
    valid,
    contents: {
      ...(await describeContents(ready, contentOf, [train, valid])),
      repeatedAcross: repeated.size,
      setsAsideRepeated: setsAside,
    },
    validPaths: Array.from(ready.planned.valid, (row) => cellOf(index.labels.path, row)),
    validFacts: describeFilms(index, ready.planned.valid, targets),
    patients: {
      train: await packPatients(index, ready.planned.train),
      valid: await packPatients(index, ready.planned.valid),
    },
    summary: ready.summary,
  };
  return { type: "finished", sample, failed, reused, ms: Math.round(performance.now() - started) };
}

const openHeldWriter = (store: string, imageSize: number) => holdFilms(store, () => openFilmWriter(store, imageSize));

interface Filled {
  failed: FailedFilm[];
  /** Films that are prepared or failed. */
  done: number;
  /** Of the former those that the store held, by whatever path they were found. */
  reused: number;
}

/** Prepares those of the films that the store does not hold yet, and closes it. */
async function fillStore(job: PrepareJob, writer: FilmWriter, paths: string[]): Promise<Filled> {
  const { folder, contents, signal } = job;
  let kept: FilmContents | null = null;
  try {
    kept = await (job.openContents ?? openFilmContents)(folder.name);
    await recogniseFilms(folder, paths, kept, contents, signal);
    const missing = paths.filter((path) => !writer.films.has(contents.get(path) ?? ""));
    const recognised = paths.length - missing.length;
    const report = createProgress(job, paths.length, recognised);
    let done = recognised;
    let reused = recognised;
    const heldBefore = writer.films.size;
    report(0, 0, reused);
    const preparation = preparationOf(job.settings);
    const onFilms = (films: number, failures: number) => {
      done = recognised + films;
      report(films, failures, reused);
    };
    const isHeld = (film: string) => writer.films.has(film);
    const keep = async ({ path, file, sha256: film, prepared }: PreparedFilm) => {
      if (prepared) await writer.append({ film, grading: prepared.grading }, prepared.pixels);
      // Not where a film of this very job holds the same.
      else if ((writer.films.get(film)?.slot ?? heldBefore) < heldBefore) reused++;
      contents.set(path, film);
      const stamp = stampOf(path, file);
      if (stamp) kept?.note(stamp, film);
    };
    const failed = await prepareFilms({ ...job, paths: missing, preparation, isHeld, keep, onFilms });
    return { failed, done, reused };
  } finally {
    kept?.close();
    writer.close();
  }
}

/** Training rows whose film holds the same image as a validation film, and that film's row: such a film would tell what it is tested on. */
function findRepeated({ planned }: SamplePlan, slotOf: (row: number) => number | undefined): Map<number, number> {
  const inValidation = new Map<number, number>();
  for (const row of planned.valid) {
    const slot = slotOf(row);
    if (slot !== undefined) inValidation.set(slot, row);
  }
  const repeated = new Map<number, number>();
  for (const row of planned.train) {
    const of = inValidation.get(slotOf(row) ?? -1);
    if (of !== undefined) repeated.set(row, of);
  }
  return repeated;
}

async function describeContents(
  { planned }: SamplePlan,
  contentOf: (row: number) => { film: string; grading: string },
  parts: PreparedPart[],
): Promise<Omit<PreparedContents, "repeatedAcross" | "setsAsideRepeated">> {
  const gradings: Record<string, number> = {};
  const identity: string[] = [];
  let repeatedWithin = 0;
  for (const rows of [planned.train, planned.valid]) {
    const seen = new Set<string>();
    for (const row of rows) {
      const { film, grading } = contentOf(row);
      gradings[grading] = (gradings[grading] ?? 0) + 1;
      if (seen.has(film)) repeatedWithin++;
      seen.add(film);
      identity.push(film);
    }
  }
  for (const { labels } of parts) identity.push(labels.join(""));
  const fingerprint = (await sha256(new TextEncoder().encode(identity.join("\n")))).slice(0, 16);
  return { fingerprint, gradings, repeatedWithin };
}

function plannedPaths(index: FilmIndex, { planned }: SamplePlan): string[] {
  const films = new Set<number>();
  for (const rows of [planned.train, planned.valid]) for (const row of rows) films.add(index.filmOfRow[row] ?? -1);
  // In the folder's order: neighbours on the disk are read one after another.
  return [...films].sort((a, b) => a - b).map((film) => index.films[film] ?? "");
}

/** About ten events a second, and the first and the last. */
function createProgress(
  { emit, settings }: PrepareJob,
  total: number,
  recognised: number,
): (films: number, failed: number, reused: number) => void {
  const started = performance.now();
  let reportedAt = -Infinity;
  return (films, failed, reused) => {
    const now = performance.now();
    const done = recognised + films;
    if (now - reportedAt < PROGRESS_EVERY_MS && done < total) return;
    reportedAt = now;
    const filmsPerSecond = films / Math.max(0.001, (now - started) / 1000);
    emit({
      type: "prepareProgress",
      done,
      total,
      failed,
      reused,
      filmsPerSecond,
      secondsLeft: films === 0 ? 0 : (total - done) / filmsPerSecond,
      bytes: (done - failed) * settings.imageSize ** 2,
    });
  };
}

function explainFullStorage(error: unknown, films: number, imageSize: number): unknown {
  if (!(error instanceof LabError) || error.code !== "storageFull") return error;
  const megabytes = Math.ceil((films * imageSize ** 2) / 1e6);
  return new LabError("storageFull", `${films} films at ${imageSize} px need ${megabytes} MB. ${error.message}`, error.at);
}
