// Runs films through a pool of film workers, unless their content is held already. It does not choose the films, and keeps none: `prepare.ts` does.
import type { FailedFilm } from "../../protocol/dataset";
import { LabError } from "../../protocol/labError";
import type { PreparationSettings } from "../../protocol/settings";
import type { FolderReader } from "../folder/folder";
import { filmsPerBatch, type ReadFilm, readBatches, withoutFilms } from "./filmBatch";
import { type FilmWorker, FilmWorkerDied } from "./filmWorker";
import type { GradedBy } from "./shapeFilm";

/** While one batch is decoded, the next one is read and the last one kept. */
const BATCHES_IN_FLIGHT_PER_WORKER = 3;
/** Workers that end before any film was prepared: then it is not the films. */
const DEATHS_BEFORE_GIVING_UP = 3;

export interface PreparedFilm extends ReadFilm {
  /** [imageSize, imageSize] bytes, another film's once this one was kept; null where the content is held already. */
  prepared: { pixels: Uint8Array<ArrayBuffer>; grading: GradedBy } | null;
}

export interface PrepareFilmsRequest {
  /** Films by their path in the folder. */
  paths: string[];
  folder: FolderReader;
  preparation: PreparationSettings;
  workers: number;
  createWorker: () => FilmWorker;
  /** Stops between batches; films that were prepared were kept. */
  signal: AbortSignal;
  /** Whether a film of this content is kept already, by the SHA-256 of its file: then it is not decoded again. */
  isHeld: (sha256: string) => boolean;
  /** Keeps a film. Films come in no order. */
  keep: (film: PreparedFilm) => Promise<unknown>;
  onFilms: (done: number, failed: number) => void;
}

/**
 * Films that could not be prepared, with their reasons. Films over which a worker ends are tried once more at the end, each by itself, so
 * that one that was only beside it is not lost.
 * @throws LabError internal, and what `keep` throws
 */
export async function prepareFilms(request: PrepareFilmsRequest): Promise<FailedFilm[]> {
  const { paths, folder, preparation, signal, isHeld, keep, onFilms } = request;
  const { imageSize } = preparation;
  const failed: FailedFilm[] = [];
  const suspects: string[] = [];
  const broken = new AbortController();
  const lanesWanted = Math.max(1, request.workers) * BATCHES_IN_FLIGHT_PER_WORKER;
  const perBatch = filmsPerBatch(paths.length, lanesWanted, imageSize);
  let next = 0;
  let held = 0;
  let prepared = 0;
  let deaths = 0;
  const isOver = () => signal.aborted || broken.signal.aborted;
  const report = () => onFilms(held + prepared + failed.length, failed.length);
  const setAside = (path: string, reason: string) => {
    failed.push({ path, reason });
    report();
  };
  const prepareTogether = async (lane: Lane, together: string[], onDeath: (path: string, reason: string) => void) => {
    for await (const read of readBatches(folder, together, setAside)) {
      const known = read.films.filter(({ sha256 }) => isHeld(sha256));
      for (const film of known) await keep({ ...film, prepared: null });
      held += known.length;
      report();
      const batch = withoutFilms(read, new Set(known));
      if (batch.films.length === 0) continue;
      const { seat } = lane;
      const { worker } = seat;
      try {
        const { outcomes, pixels } = await worker.prepareFilms(batch, preparation, lane.takePixels());
        for (const [i, outcome] of outcomes.entries()) {
          const film = batch.films[i];
          if (!film) continue;
          if ("reason" in outcome) setAside(film.path, outcome.reason);
          else {
            const place = new Uint8Array(pixels, i * imageSize ** 2, imageSize ** 2);
            await keep({ ...film, prepared: { pixels: place, grading: outcome.grading } });
            prepared++;
          }
        }
        lane.pixels = pixels;
        report();
      } catch (error) {
        if (!(error instanceof FilmWorkerDied)) throw error;
        // Another lane of this seat may have met the same death.
        if (seat.worker === worker) {
          seat.replace();
          deaths++;
        }
        if (prepared === 0 && deaths >= DEATHS_BEFORE_GIVING_UP) {
          throw new LabError("internal", `The film workers cannot run: ${error.message}. Reload the page and try again.`);
        }
        for (const path of batch.paths) onDeath(path, error.message);
      }
    }
  };
  const runLane = async (lane: Lane) => {
    try {
      while (next < paths.length && !isOver()) {
        const together = paths.slice(next, next + perBatch);
        next += together.length;
        await prepareTogether(lane, together, (path) => suspects.push(path));
      }
    } catch (error) {
      broken.abort();
      throw error;
    }
  };

  const batches = Math.ceil(paths.length / perBatch);
  const seats = Array.from({ length: Math.max(1, Math.min(request.workers, batches)) }, () => new Seat(request.createWorker));
  try {
    const lanes = seats.flatMap((seat) =>
      Array.from({ length: BATCHES_IN_FLIGHT_PER_WORKER }, () => new Lane(seat, perBatch * imageSize ** 2)),
    );
    const outcomes = await Promise.allSettled(lanes.map(runLane));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    const [lane] = lanes;
    for (const suspect of lane ? suspects : []) {
      if (!lane || isOver()) break;
      await prepareTogether(lane, [suspect], (path, reason) => setAside(path, `The worker that decoded it ended: ${reason}.`));
    }
  } finally {
    for (const seat of seats) seat.worker.close();
  }
  return failed;
}

/** A place in the pool whose worker can be replaced. */
class Seat {
  worker: FilmWorker;

  private readonly create: () => FilmWorker;

  constructor(create: () => FilmWorker) {
    this.create = create;
    this.worker = create();
  }

  replace(): void {
    this.worker.close();
    this.worker = this.create();
  }
}

/** One batch after another to one seat, with the memory that their pixels travel in. */
class Lane {
  readonly seat: Seat;
  /** Null while it travels, and where it went down with a worker. */
  pixels: ArrayBuffer | null = null;

  private readonly bytes: number;

  constructor(seat: Seat, bytes: number) {
    this.seat = seat;
    this.bytes = bytes;
  }

  takePixels(): ArrayBuffer {
    const pixels = this.pixels ?? new ArrayBuffer(this.bytes);
    this.pixels = null;
    return pixels;
  }
}
