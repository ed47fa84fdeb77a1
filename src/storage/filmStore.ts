// Prepared films in the origin-private file system: bytes in packs, contents in an append-only index. It prepares nothing and knows no paths and no labels.
import { LabError } from "../protocol/labError";
import type { StoreAccess, StoreDirectory, StoreFile } from "./storeDirectory";

// films/<store>/index.jsonl   {"imageSize":64,"slots":"5f0c9a3e"} and then {"film":"..."} a film, by the SHA-256 of
//                             its file: its place in the list is its slot; while it is written, NULs follow the last line
//                             "slots" changes when films were lost, since others may then come to stand in their places
// films/<store>/pack-0.bin    films of imageSize*imageSize bytes one after another, as many as fit 64 MiB, then pack-1.bin ...
// The index is written after its films are flushed, so whatever it names is whole; what a crash leaves behind it is overwritten.

const FOLDER = "films";
const INDEX = "index.jsonl";
const MAX_PACK_BYTES = 64 * 2 ** 20;
/** The index is flushed when so much of it is waiting, and grown by as much beforehand: where storage runs full, the films written stay found. */
const INDEX_RESERVE_BYTES = 2 ** 18;
/** Films are written so many bytes at a time: a write is a call into the browser, whatever its size. */
const MAX_WAITING_BYTES = 2 ** 21;

export interface FilmWriter {
  /** What `openFilmReader` takes: the store's name and the present numbering of its slots, "name@5f0c9a3e". */
  readonly reference: string;
  /** Slot of each film in the store, by its content. Grows with `append`. */
  readonly slots: ReadonlyMap<string, number>;
  /** Adds a film, [imageSize, imageSize] bytes, unless one of that content is there; not safe until flushed. @throws LabError storageFull, storageFailed */
  append(film: string, pixels: Uint8Array<ArrayBuffer>): Promise<number>;
  /** @throws LabError storageFull, storageFailed */
  flush(): void;
  /** Flushes and lets go of the files; what was appended stays. */
  close(): void;
}

export interface FilmReader {
  imageSize: number;
  /** Films at `slots` in one buffer, [slots.length, imageSize, imageSize]. @throws LabError filmsNotPrepared */
  read(slots: Uint32Array): Promise<Uint8Array>;
  /** Lets go of the files. */
  close(): void;
}

const openRoot = (): Promise<StoreDirectory> => navigator.storage.getDirectory();

function filmsPerPack(imageSize: number): number {
  return Math.max(1, Math.floor(MAX_PACK_BYTES / (imageSize * imageSize)));
}

function packName(pack: number): string {
  return `pack-${pack}.bin`;
}

function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
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
  const slots = new Map(whole.films.map((film, slot) => [film, slot]));
  const index = await openAccess(indexFile);
  let indexBytes = whole.bytes;
  const header = { imageSize, slots: whole.lost ? newNumbering() : whole.slots };
  let pending = "";
  let pack: { number: number; access: StoreAccess } | null = null;
  const waiting = new Uint8Array(Math.max(1, Math.floor(MAX_WAITING_BYTES / slotBytes)) * slotBytes);
  let waitingFilms: string[] = [];

  const writeAll = (access: StoreAccess, bytes: Uint8Array<ArrayBuffer>, at: number) => {
    if (access.write(bytes, { at }) !== bytes.length) throw new DOMException("short write", "QuotaExceededError");
  };
  const writeWaiting = () => {
    const films = waitingFilms;
    waitingFilms = [];
    if (!pack || films.length === 0) return;
    try {
      const first = (slots.size - films.length) % perPack;
      writeAll(pack.access, waiting.subarray(0, films.length * slotBytes), first * slotBytes);
    } catch (error) {
      for (const film of films) slots.delete(film);
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
  const appendNow = async (film: string, pixels: Uint8Array<ArrayBuffer>): Promise<number> => {
    if (pixels.length !== slotBytes) throw new RangeError(`${film}: ${pixels.length} bytes instead of ${slotBytes}`);
    const held = slots.get(film);
    if (held !== undefined) return held;
    const slot = slots.size;
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
    slots.set(film, slot);
    // Up to three bytes a character.
    const lineBytes = toLine(film).length * 3;
    if (pending.length * 3 + waitingFilms.length * lineBytes > INDEX_RESERVE_BYTES - lineBytes) flush();
    else if (waitingFilms.length * slotBytes === waiting.length) writeWaiting();
    return slot;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    reference: `${store}@${header.slots}`,
    slots,
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

const toLine = (film: string) => `${JSON.stringify({ film })}\n`;

async function openAccess(file: StoreFile): Promise<StoreAccess> {
  if (!file.createSyncAccessHandle) {
    throw new LabError(
      "storageFailed",
      "This browser cannot write prepared films to its storage. Use a current Chrome, Edge, Firefox or Safari.",
    );
  }
  return file.createSyncAccessHandle();
}

interface WholeIndex {
  films: string[];
  /** How far the index is good. */
  bytes: number;
  slots: string;
  /** Films that the index names and the packs no longer hold. */
  lost: boolean;
}

const newNumbering = () => crypto.randomUUID().slice(0, 8);

/** Films that are whole. A torn last line ends the list, as do films that the packs no longer hold. */
async function readIndex(directory: StoreDirectory, index: Blob, imageSize: number): Promise<WholeIndex> {
  const text = await index.text();
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  lines.pop();
  const [first = "", ...entries] = lines;
  const header = parseLine(first);
  if (header.imageSize !== imageSize || !header.slots) return { films: [], bytes: 0, slots: newNumbering(), lost: false };
  const held = await countHeld(directory, imageSize);
  const films: string[] = [];
  let bytes = new TextEncoder().encode(first).length + 1;
  for (const line of entries.slice(0, held)) {
    const { film } = parseLine(line);
    if (film === undefined) break;
    films.push(film);
    bytes += new TextEncoder().encode(line).length + 1;
  }
  return { films, bytes, slots: header.slots, lost: entries.length > films.length };
}

/** Films that the packs hold from the first on without a gap. */
async function countHeld(directory: StoreDirectory, imageSize: number): Promise<number> {
  const perPack = filmsPerPack(imageSize);
  for (let pack = 0; ; pack++) {
    try {
      const file = await (await directory.getFileHandle(packName(pack))).getFile();
      const films = Math.floor(file.size / (imageSize * imageSize));
      if (films < perPack) return pack * perPack + films;
    } catch (error) {
      if (isNotFound(error)) return pack * perPack;
      throw error;
    }
  }
}

function parseLine(line: string): { imageSize?: number; slots?: string; film?: string } {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null) return {};
    return {
      ...("imageSize" in entry && typeof entry.imageSize === "number" ? { imageSize: entry.imageSize } : {}),
      ...("slots" in entry && typeof entry.slots === "string" ? { slots: entry.slots } : {}),
      ...("film" in entry && typeof entry.film === "string" ? { film: entry.film } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/**
 * Opens a store for reading, by a writer's `reference` or, for whatever it holds now, by its name.
 * @throws LabError filmsNotPrepared where it is gone, or its slots hold other films than when the reference was given
 */
export async function openFilmReader(reference: string, root?: StoreDirectory): Promise<FilmReader> {
  const [store = "", slots] = reference.split("@");
  let directory: StoreDirectory;
  let header: ReturnType<typeof parseLine>;
  try {
    directory = await (await (root ?? (await openRoot())).getDirectoryHandle(FOLDER)).getDirectoryHandle(store);
    const index = await (await directory.getFileHandle(INDEX)).getFile();
    header = parseLine((await index.slice(0, 200).text()).split("\n")[0] ?? "");
  } catch (error) {
    throw isNotFound(error) ? notPrepared(store) : toStorageError(error);
  }
  if (header.imageSize === undefined || (slots !== undefined && header.slots !== slots)) throw notPrepared(store);
  return createReader(directory, store, header.imageSize);
}

/** A pack's films by their place in it. */
interface PackReader {
  read(place: number, out: Uint8Array<ArrayBuffer>): Promise<void> | void;
  close(): void;
}

function createReader(directory: StoreDirectory, store: string, imageSize: number): FilmReader {
  const slotBytes = imageSize * imageSize;
  const perPack = filmsPerPack(imageSize);
  const packs = new Map<number, Promise<PackReader>>();
  const openPack = (pack: number): Promise<PackReader> => {
    let reader = packs.get(pack);
    if (!reader) {
      reader = directory.getFileHandle(packName(pack)).then((file) => openPackReader(file, slotBytes, perPack));
      packs.set(pack, reader);
    }
    return reader;
  };
  const readSlot = async (slot: number, out: Uint8Array<ArrayBuffer>): Promise<void> => {
    const pack = Math.floor(slot / perPack);
    try {
      await (await openPack(pack)).read(slot % perPack, out);
    } catch {
      // A pack that was added to since it was opened is no longer what was opened.
      packs.delete(pack);
      await (await openPack(pack)).read(slot % perPack, out);
    }
  };
  return {
    imageSize,
    read: async (slots) => {
      const out = new Uint8Array(slots.length * slotBytes);
      const placeOf = (i: number) => out.subarray(i * slotBytes, (i + 1) * slotBytes);
      try {
        await Promise.all(Array.from(slots, (slot, i) => readSlot(slot, placeOf(i))));
      } catch (error) {
        throw isNotFound(error) ? notPrepared(store) : toStorageError(error);
      }
      return out;
    },
    close: () => {
      for (const pack of packs.values()) pack.then((reader) => reader.close()).catch(() => {});
      packs.clear();
    },
  };
}

/**
 * A full pack is never written again, so it is read where it lies; the last one, which a writer may add to, through a copy in memory. That
 * is some twenty times as fast as through blobs, which are left for browsers that open a file for one reader only.
 */
async function openPackReader(handle: StoreFile, slotBytes: number, perPack: number): Promise<PackReader> {
  const file = await handle.getFile();
  if (file.size < perPack * slotBytes) {
    const copy = new Uint8Array(await file.arrayBuffer());
    return {
      read: (place, out) => {
        const film = copy.subarray(place * slotBytes, (place + 1) * slotBytes);
        if (film.length !== slotBytes) throw shortRead();
        out.set(film);
      },
      close: () => {},
    };
  }
  const access = await openForReading(handle);
  if (access) {
    return {
      read: (place, out) => {
        if (access.read(out, { at: place * slotBytes }) !== slotBytes) throw shortRead();
      },
      close: () => access.close(),
    };
  }
  return {
    read: async (place, out) => {
      const bytes = new Uint8Array(await file.slice(place * slotBytes, (place + 1) * slotBytes).arrayBuffer());
      if (bytes.length !== slotBytes) throw shortRead();
      out.set(bytes);
    },
    close: () => {},
  };
}

/** Null where the browser would lock the file for this reader alone. */
async function openForReading(handle: StoreFile): Promise<StoreAccess | null> {
  const access = await handle.createSyncAccessHandle?.({ mode: "read-only" });
  if (!access || access.mode === "read-only") return access ?? null;
  access.close();
  return null;
}

const shortRead = () => new DOMException("short read", "NotFoundError");

function notPrepared(store: string): LabError {
  const message =
    "The prepared films are no longer in the browser's storage. Open the folder again, press “Prepare films” and train anew.";
  return new LabError("filmsNotPrepared", message, store);
}

/** Storage's own refusals as sentences; anything else is a mistake of the lab's and stays what it is. */
function toStorageError(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  if (error.name === "QuotaExceededError") {
    const message =
      "The browser's storage is full. Free disk space, delete earlier trials, or choose a smaller image size; the films prepared so far stay.";
    return new LabError("storageFull", message);
  }
  if (error.name === "NoModificationAllowedError" || error.name === "InvalidStateError") {
    return new LabError(
      "storageFailed",
      "Another tab of the lab is preparing these films. Close it, or wait until it has finished.",
    );
  }
  const message = `The browser's storage cannot be used: ${error.message} Private windows may forbid it; try a normal window.`;
  return new LabError("storageFailed", message);
}
