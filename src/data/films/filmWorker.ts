// Both ends of a film worker: what runs in it, and how the dataset worker calls it. Who calls: `prepareFilms.ts`, `thumbnails.ts`.
import * as Comlink from "comlink";
import { LabError } from "../../protocol/labError";
import type { PreparationSettings } from "../../protocol/settings";
import { type FilmBatch, type FilmOutcome, filesOf } from "./filmBatch";
import { prepareFilm, prepareThumbnail } from "./prepareFilm";
import type { GreyImage } from "./resize";

/** Without an answer for so long, a worker hangs. */
const LONGEST_WORK_S = 60;

export interface PreparedBatch {
  outcomes: FilmOutcome[];
  /** The buffer that was sent along, with the films' pixels one after another. */
  pixels: ArrayBuffer;
}

/** What is asked of a film worker is done in the order it comes, one thing after another. Both calls take the bytes they are given. */
interface FilmApi {
  /** Gives back `pixels`, [films, imageSize, imageSize] bytes or more: memory that was touched before costs a third of new memory. */
  prepareFilms(batch: FilmBatch, preparation: PreparationSettings, pixels: ArrayBuffer): Promise<PreparedBatch>;
  /** The longer side `side` pixels at most. @throws LabError filmUnreadable */
  thumbnail(file: Uint8Array<ArrayBuffer>, path: string, side: number): Promise<GreyImage>;
}

/** A worker as the dataset worker sees it. Calls throw FilmWorkerDied where it has to be replaced. */
export interface FilmWorker extends FilmApi {
  close(): void;
}

/** The worker ended, or hung, over what it was asked. */
export class FilmWorkerDied extends Error {
  override readonly name = "FilmWorkerDied";
}

export function createFilmApi(): FilmApi {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  return {
    prepareFilms: (batch, preparation, pixels) =>
      inTurn(async () => {
        const outcomes = await prepareBatch(batch, preparation, new Uint8Array(pixels));
        return Comlink.transfer({ outcomes, pixels }, [pixels]);
      }),
    thumbnail: (file, path, side) => inTurn(() => prepareThumbnail(file, path, side)),
  };
}

async function prepareBatch(batch: FilmBatch, preparation: PreparationSettings, pixels: Uint8Array): Promise<FilmOutcome[]> {
  const filmBytes = preparation.imageSize ** 2;
  const outcomes: FilmOutcome[] = [];
  for (const [i, file] of filesOf(batch).entries()) {
    try {
      const place = pixels.subarray(i * filmBytes, (i + 1) * filmBytes);
      outcomes.push({ grading: await prepareFilm(file, batch.paths[i] ?? "", preparation, place) });
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== "filmUnreadable") throw error;
      outcomes.push({ reason: error.message });
    }
  }
  return outcomes;
}

export function connectFilmWorker(worker: Worker): FilmWorker {
  const remote = Comlink.wrap<FilmApi>(worker);
  let end: (reason: string) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    end = (reason) => reject(new FilmWorkerDied(reason));
  });
  // Awaited only while something is asked; a death in between shows with what is asked next.
  ended.catch(() => {});
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    end(event.message);
  });
  let unanswered = 0;
  let seconds = 0;
  let clock: ReturnType<typeof setInterval> | undefined;
  // Every answer sets the clock back, since what waits behind others has not begun. It counts ticks, so that a machine's sleep is none.
  const tick = () => {
    if (++seconds >= LONGEST_WORK_S) end(`no answer in ${LONGEST_WORK_S} s`);
  };
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    if (unanswered++ === 0) {
      seconds = 0;
      clock = setInterval(tick, 1000);
    }
    try {
      return await Promise.race([question(), ended]);
    } finally {
      seconds = 0;
      if (--unanswered === 0) clearInterval(clock);
    }
  };
  return {
    prepareFilms: ({ paths, bytes, lengths }, preparation, pixels) =>
      ask(() => {
        const batch = Comlink.transfer({ paths, bytes, lengths }, [bytes.buffer]);
        return remote.prepareFilms(batch, preparation, Comlink.transfer(pixels, [pixels]));
      }),
    thumbnail: (file, path, side) => ask(() => remote.thumbnail(Comlink.transfer(file, [file.buffer]), path, side)),
    close: () => {
      worker.terminate();
      end("it was closed");
    },
  };
}
