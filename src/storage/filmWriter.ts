// Writes prepared films into a store, by what their files hold. It prepares nothing and knows no paths and no labels.
import { LabError } from "../protocol/labError";
import {
  FOLDER,
  filmsPerPack,
  INDEX,
  type IndexedFilm,
  newNumbering,
  openRoot,
  packName,
  readIndex,
  toStorageError,
} from "./filmLayout";
import type { StoreAccess, StoreDirectory, StoreFile } from "./storeDirectory";

/** The index is flushed when so much of it is waiting, and grown by as much beforehand: where storage runs full, the films written stay found. */
const INDEX_RESERVE_BYTES = 2 ** 18;
/** Films are written so many bytes at a time: a write is a call into the browser, whatever its size. */
const MAX_WAITING_BYTES = 2 ** 21;

export interface KeptFilm {
  slot: number;
  /** How its samples became bytes. */
  grading: string;
}

export interface FilmWriter {
  /** What `openFilmReader` takes: the store's name and the present numbering of its slots, "name@5f0c9a3e". */
  readonly reference: string;
  /** What the store holds, by the SHA-256 of the films' files. Grows with `append`. */
  readonly films: ReadonlyMap<string, KeptFilm>;
  /** Adds a film, [imageSize, imageSize] bytes, unless one of that content is there; not safe until flushed. @throws LabError storageFull, storageFailed */
  append(film: IndexedFilm, pixels: Uint8Array<ArrayBuffer>): Promise<void>;
  /** @throws LabError storageFull, storageFailed */
  flush(): void;
  /** Flushes and lets go of the files; what was appended stays. */
  close(): void;
}

/**
 * Opens a store for writing and finds what it already holds. Only one writer at a time, in a worker.
 * @throws LabError storageFailed where another tab holds it
 */
export async function openFilmWriter(store: string, imageSize: number, root?: StoreDirectory): Promise<FilmWriter> {
  try {
    const films = await (root ?? (await openRoot())).getDirectoryHandle(FOLDER, { create: true });
    return await createWriter(await films.getDirectoryHandle(store, { create: true }), store, imageSize);
  } catch (error) {
    throw toStorageError(error);
  }
}

async function createWriter(directory: StoreDirectory, store: string, imageSize: number): Promise<FilmWriter> {
  const slotBytes = imageSize * imageSize;
  const perPack = filmsPerPack(imageSize);
  const indexFile = await directory.getFileHandle(INDEX, { create: true });
  const whole = await readIndex(directory, await indexFile.getFile(), imageSize);
  const kept = new Map(whole.films.map(({ film, grading }, slot): [string, KeptFilm] => [film, { slot, grading }]));
  const index = await openAccess(indexFile);
  let indexBytes = whole.bytes;
  const header = { imageSize, slots: whole.lost ? newNumbering() : whole.slots };
  let pending = "";
  let pack: { number: number; access: StoreAccess } | null = null;
  const waiting = new Uint8Array(Math.max(1, Math.floor(MAX_WAITING_BYTES / slotBytes)) * slotBytes);
  let waitingFilms: IndexedFilm[] = [];

  const writeAll = (access: StoreAccess, bytes: Uint8Array<ArrayBuffer>, at: number) => {
    if (access.write(bytes, { at }) !== bytes.length) throw new DOMException("short write", "QuotaExceededError");
  };
  const writeWaiting = () => {
    const films = waitingFilms;
    waitingFilms = [];
    if (!pack || films.length === 0) return;
    try {
      const first = (kept.size - films.length) % perPack;
      writeAll(pack.access, waiting.subarray(0, films.length * slotBytes), first * slotBytes);
    } catch (error) {
      for (const { film } of films) kept.delete(film);
      throw error;
    }
    pending += films.map(toLine).join("");
  };
  const save = (reserveBytes: number) => {
    try {
      writeWaiting();
      pack?.access.flush();
      const bytes = new TextEncoder().encode(pending);
      writeAll(index, bytes, indexBytes);
      indexBytes += bytes.length;
      pending = "";
      index.truncate(indexBytes + reserveBytes);
      index.flush();
    } catch (error) {
      throw toStorageError(error);
    }
  };
  const flush = () => save(INDEX_RESERVE_BYTES);
  try {
    index.truncate(indexBytes);
    // Of the same length as the header it may replace.
    const bytes = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
    writeAll(index, bytes, 0);
    indexBytes ||= bytes.length;
    flush();
  } catch (error) {
    index.close();
    throw error;
  }
  const appendNow = async (film: IndexedFilm, pixels: Uint8Array<ArrayBuffer>): Promise<void> => {
    if (pixels.length !== slotBytes) throw new RangeError(`${film.film}: ${pixels.length} bytes instead of ${slotBytes}`);
    if (kept.has(film.film)) return;
    const slot = kept.size;
    const number = Math.floor(slot / perPack);
    if (pack?.number !== number) {
      flush();
      pack?.access.close();
      pack = null;
      const file = await directory.getFileHandle(packName(number), { create: true });
      pack = { number, access: await openAccess(file) };
    }
    waiting.set(pixels, waitingFilms.length * slotBytes);
    waitingFilms.push(film);
    kept.set(film.film, { slot, grading: film.grading });
    // Up to three bytes a character.
    const lineBytes = toLine(film).length * 3;
    if (pending.length * 3 + waitingFilms.length * lineBytes > INDEX_RESERVE_BYTES - lineBytes) flush();
    else if (waitingFilms.length * slotBytes === waiting.length) writeWaiting();
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    reference: `${store}@${header.slots}`,
    films: kept,
    append: (film, pixels) => {
      // One after another: opening a pack takes a while, and two films must not open it twice.
      const appended = last.then(() => appendNow(film, pixels)).catch((error: unknown) => Promise.reject(toStorageError(error)));
      last = appended.catch(() => {});
      return appended;
    },
    flush,
    close: () => {
      try {
        save(0);
      } finally {
        pack?.access.close();
        index.close();
      }
    },
  };
}

const toLine = ({ film, grading }: IndexedFilm) => `${JSON.stringify({ film, grading })}\n`;

async function openAccess(file: StoreFile): Promise<StoreAccess> {
  if (!file.createSyncAccessHandle) {
    throw new LabError(
      "storageFailed",
      "This browser cannot write prepared films to its storage. Use a current Chrome, Edge, Firefox or Safari.",
    );
  }
  return file.createSyncAccessHandle();
}
