// How prepared films lie in the origin-private file system. Written by `filmWriter.ts`, read by `filmReader.ts`.
import { LabError } from "../protocol/labError";
import type { StoreDirectory } from "./storeDirectory";

// films/<store>/index.jsonl   {"imageSize":64,"slots":"5f0c9a3e"} and then {"film":"...","grading":"..."} a film, by the SHA-256 of
//                             its file: its place in the list is its slot; while it is written, NULs follow the last line
//                             "slots" changes when films were lost, since others may then come to stand in their places
// films/<store>/pack-0.bin    films of imageSize*imageSize bytes one after another, as many as fit 64 MiB, then pack-1.bin ...
// The index is written after its films are flushed, so whatever it names is whole; what a crash leaves behind it is overwritten.

export const FOLDER = "films";
export const INDEX = "index.jsonl";

const MAX_PACK_BYTES = 64 * 2 ** 20;
export const openRoot = (): Promise<StoreDirectory> => navigator.storage.getDirectory();

export function filmsPerPack(imageSize: number): number {
  return Math.max(1, Math.floor(MAX_PACK_BYTES / (imageSize * imageSize)));
}

export function packName(pack: number): string {
  return `pack-${pack}.bin`;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}

/** A film as the index names it. */
export interface IndexedFilm {
  /** SHA-256 of its file, in hex. */
  film: string;
  /** How its samples became bytes. */
  grading: string;
}

interface WholeIndex {
  films: IndexedFilm[];
  /** How far the index is good. */
  bytes: number;
  slots: string;
  /** Films that the index names and the packs no longer hold. */
  lost: boolean;
}

export const newNumbering = () => crypto.randomUUID().slice(0, 8);

/** Films that are whole. A torn last line ends the list, as do films that the packs no longer hold. */
export async function readIndex(directory: StoreDirectory, index: Blob, imageSize: number): Promise<WholeIndex> {
  const text = await index.text();
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  lines.pop();
  const [first = "", ...entries] = lines;
  const header = parseLine(first);
  if (header.imageSize !== imageSize || !header.slots) return { films: [], bytes: 0, slots: newNumbering(), lost: false };
  const held = await countHeld(directory, imageSize);
  const films: IndexedFilm[] = [];
  let bytes = new TextEncoder().encode(first).length + 1;
  for (const line of entries.slice(0, held)) {
    const { film, grading = "" } = parseLine(line);
    if (film === undefined) break;
    films.push({ film, grading });
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

export function parseLine(line: string): { imageSize?: number; slots?: string } & Partial<IndexedFilm> {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== "object" || entry === null) return {};
    return {
      ...("imageSize" in entry && typeof entry.imageSize === "number" ? { imageSize: entry.imageSize } : {}),
      ...("slots" in entry && typeof entry.slots === "string" ? { slots: entry.slots } : {}),
      ...("film" in entry && typeof entry.film === "string" ? { film: entry.film } : {}),
      ...("grading" in entry && typeof entry.grading === "string" ? { grading: entry.grading } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Storage's own refusals as sentences; anything else is a mistake of the lab's and stays what it is. */
export function toStorageError(error: unknown): unknown {
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
