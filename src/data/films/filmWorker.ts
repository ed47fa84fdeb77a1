// Both ends of a film worker: what runs in it, and how the dataset worker calls it. The pool over several is `prepareFilms.ts`.
import * as Comlink from "comlink";
import { LabError } from "../../protocol/labError";
import type { PreparationSettings } from "../../protocol/settings";
import { sha256 } from "../../storage/sha256";
import type { FilmBatch, FilmOutcome } from "./filmBatch";
import { prepareFilm } from "./prepareFilm";

const LONGEST_BATCH_MS = 60_000;

export interface PreparedBatch {
  outcomes: FilmOutcome[];
  /** The buffer that was sent along, with the films' pixels one after another. */
  pixels: ArrayBuffer;
}

interface FilmApi {
  /** `pixels` holds [films, imageSize, imageSize] bytes or more. */
  prepareFilms(batch: FilmBatch, preparation: PreparationSettings, pixels: ArrayBuffer): Promise<PreparedBatch>;
}

/** A worker as the pool sees it. */
export interface FilmWorker {
  /**
   * Takes the batch's bytes and gives back `pixels`: memory that was touched before costs a third of new memory.
   * @throws FilmWorkerDied where the worker has to be replaced
   */
  prepareFilms(batch: FilmBatch, preparation: PreparationSettings, pixels: ArrayBuffer): Promise<PreparedBatch>;
  close(): void;
}

/** The worker ended, or hung, over a batch. */
export class FilmWorkerDied extends Error {
  override readonly name = "FilmWorkerDied";
}

export function createFilmApi(): FilmApi {
  return {
    prepareFilms: async (batch, preparation, pixels) => {
      const outcomes = await prepareBatch(batch, preparation, new Uint8Array(pixels));
      return Comlink.transfer({ outcomes, pixels }, [pixels]);
    },
  };
}

async function prepareBatch(
  { paths, bytes, lengths }: FilmBatch,
  preparation: PreparationSettings,
  pixels: Uint8Array,
): Promise<FilmOutcome[]> {
  const filmBytes = preparation.imageSize ** 2;
  const files = cut(bytes, lengths);
  // The browser hashes on threads of its own while films are decoded on this one.
  const hashes = files.map(sha256);
  const outcomes: FilmOutcome[] = [];
  for (const [i, file] of files.entries()) {
    try {
      const place = pixels.subarray(i * filmBytes, (i + 1) * filmBytes);
      const grading = await prepareFilm(file, paths[i] ?? "", preparation, place);
      outcomes.push({ sha256: (await hashes[i]) ?? "", grading });
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== "filmUnreadable") throw error;
      outcomes.push({ reason: error.message });
    }
  }
  return outcomes;
}

function cut(bytes: Uint8Array<ArrayBuffer>, lengths: number[]): Uint8Array<ArrayBuffer>[] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return bytes.subarray(end - length, end);
  });
}

export function connectFilmWorker(worker: Worker): FilmWorker {
  const remote = Comlink.wrap<FilmApi>(worker);
  const died = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new FilmWorkerDied(event.message));
    });
  });
  // Awaited only while a batch is under way; a death between batches shows with the next one.
  died.catch(() => {});
  return {
    prepareFilms: async ({ paths, bytes, lengths }, preparation, pixels) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const hung = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new FilmWorkerDied(`no answer in ${LONGEST_BATCH_MS / 1000} s`)), LONGEST_BATCH_MS);
      });
      try {
        const batch = Comlink.transfer({ paths, bytes, lengths }, [bytes.buffer]);
        const prepared = remote.prepareFilms(batch, preparation, Comlink.transfer(pixels, [pixels]));
        return await Promise.race([prepared, died, hung]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => worker.terminate(),
  };
}
