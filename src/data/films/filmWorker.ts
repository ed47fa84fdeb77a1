// Both ends of a film worker: what runs in it, and how the dataset worker calls it. The pool over several is `prepareFilms.ts`.
import * as Comlink from "comlink";
import { decodeGrey } from "./decode";
import { resizeGrey } from "./resize";

const LONGEST_FILM_MS = 60_000;

interface FilmApi {
  /** Decodes, turns grey and resizes to a square: [size, size] bytes, transferred. @throws LabError filmUnreadable */
  prepareFilm(film: Blob, path: string, size: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A worker as the pool sees it. */
export interface FilmWorker {
  /** @throws LabError filmUnreadable where the film is at fault, FilmWorkerDied where the worker has to be replaced */
  prepareFilm(film: Blob, path: string, size: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
}

/** The worker ended, or hung, over a film. */
export class FilmWorkerDied extends Error {
  override readonly name = "FilmWorkerDied";
}

export function createFilmApi(): FilmApi {
  return {
    prepareFilm: async (film, path, size) => {
      const prepared = new Uint8Array(resizeGrey(await decodeGrey(film, path), size, size));
      return Comlink.transfer(prepared, [prepared.buffer]);
    },
  };
}

export function connectFilmWorker(worker: Worker): FilmWorker {
  const remote = Comlink.wrap<FilmApi>(worker);
  const died = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new FilmWorkerDied(event.message));
    });
  });
  // Awaited only while a film is under way; a death between films shows with the next one.
  died.catch(() => {});
  return {
    prepareFilm: async (film, path, size) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const hung = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new FilmWorkerDied(`no answer in ${LONGEST_FILM_MS / 1000} s`)), LONGEST_FILM_MS);
      });
      try {
        return await Promise.race([remote.prepareFilm(film, path, size), died, hung]);
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => worker.terminate(),
  };
}
