// Runs films through a pool of film workers into a store. It does not choose the films; `prepare.ts` does.
import type { FailedFilm } from "../../protocol/dataset";
import { LabError } from "../../protocol/labError";
import type { FilmWriter } from "../../storage/filmStore";
import type { FolderReader } from "../folder";
import { type FilmWorker, FilmWorkerDied } from "./filmWorker";

/** While one film is decoded the next one's file is opened. */
const FILMS_IN_FLIGHT_PER_WORKER = 2;
/** Workers that end before any film was prepared: then it is not the films. */
const DEATHS_BEFORE_GIVING_UP = 3;

export interface PrepareFilmsRequest {
  /** Films by their path in the folder; those that the store holds already must not be among them. */
  paths: string[];
  folder: FolderReader;
  writer: FilmWriter;
  imageSize: number;
  workers: number;
  createWorker: () => FilmWorker;
  /** Stops between films; what was prepared stays in the store. */
  signal: AbortSignal;
  onFilm: (done: number, failed: number) => void;
}

/**
 * Films that could not be prepared, with their reasons. A film over which a worker ends is tried once more by itself at the end, so that a
 * film that was only beside it is not lost.
 * @throws LabError storageFull, storageFailed, internal
 */
export async function prepareFilms(request: PrepareFilmsRequest): Promise<FailedFilm[]> {
  const { paths, folder, writer, imageSize, signal, onFilm } = request;
  const failed: FailedFilm[] = [];
  const suspects: string[] = [];
  const broken = new AbortController();
  let next = 0;
  let prepared = 0;
  let deaths = 0;
  const isOver = () => signal.aborted || broken.signal.aborted;
  const setAside = (path: string, reason: string) => {
    failed.push({ path, reason });
    onFilm(prepared + failed.length, failed.length);
  };
  const prepareOne = async (seat: Seat, path: string, onDeath: (reason: string) => void) => {
    const worker = seat.worker;
    try {
      const film = await worker.prepareFilm(await folder.read(path), path, imageSize);
      await writer.append(path, film);
      prepared++;
      onFilm(prepared + failed.length, failed.length);
    } catch (error) {
      if (error instanceof FilmWorkerDied) {
        if (seat.worker === worker) seat.replace();
        deaths++;
        if (prepared === 0 && deaths >= DEATHS_BEFORE_GIVING_UP) {
          throw new LabError("internal", `The film workers cannot run: ${error.message}. Reload the page and try again.`);
        }
        onDeath(error.message);
      } else if (error instanceof LabError && error.code === "filmUnreadable") setAside(path, error.message);
      else throw error;
    }
  };
  const runLane = async (seat: Seat) => {
    try {
      while (next < paths.length && !isOver()) {
        const path = paths[next++] ?? "";
        await prepareOne(seat, path, () => suspects.push(path));
      }
    } catch (error) {
      broken.abort();
      throw error;
    }
  };

  const seats = Array.from(
    { length: Math.max(1, Math.min(request.workers, paths.length)) },
    () => new Seat(request.createWorker),
  );
  try {
    const lanes = seats.flatMap((seat) => Array.from({ length: FILMS_IN_FLIGHT_PER_WORKER }, () => runLane(seat)));
    const outcomes = await Promise.allSettled(lanes);
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    const [seat] = seats;
    for (const path of seat ? suspects : []) {
      if (seat && !isOver())
        await prepareOne(seat, path, (reason) => setAside(path, `The worker that decoded it ended: ${reason}.`));
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
