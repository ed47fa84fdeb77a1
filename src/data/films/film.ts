// What a decoded film is, whatever file it came from. It decodes nothing.
import type { Grading } from "./grading";

export type Samples = Uint8Array | Uint16Array | Int16Array;

/** [height, width]: bytes for the eye, 0 black, or samples that become such bytes after resizing, by their grading. */
export type FilmPixels = { data: Uint8Array; grading: null } | { data: Samples; grading: Grading };

/** A film as its file holds it, before any resizing. */
export type DecodedFilm = FilmPixels & {
  width: number;
  height: number;
  /** What a DICOM file says of the film; null for other files. */
  facts: FilmFacts | null;
};

/** In the words of label CSVs; null where the file is silent. */
export interface FilmFacts {
  study: string | null;
  patient: string | null;
  /** PA, AP, LL, ... */
  view: string | null;
  sex: "Male" | "Female" | null;
  /** Whole years. */
  age: number | null;
}

/** Why a film cannot be used, as a sentence without its full stop. `decodeFilm` says so of the file. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** The largest detectors give 25 megapixels; a file that claims far more is broken and would take the memory of all others. */
const MAX_PIXELS = 2 ** 26;

/** Called before memory is taken for a film. @throws Unreadable */
export function checkSize(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MAX_PIXELS) return;
  if (width === 0 || height === 0) throw new Unreadable(`It is ${width} x ${height} pixels large`);
  throw new Unreadable(`It claims ${width} x ${height} pixels, and no film has more than ${MAX_PIXELS >> 20} megapixels`);
}
