// From a decoded film to bytes for the eye at the size asked for. Wide samples keep their width until they are resized. It reads no files.
import type { DecodedFilm } from "./film";
import { gradeToBytes } from "./grading";
import { resizeGrey } from "./resize";
import { resizeFloat } from "./resizeWide";

/** [height, width], 0 black. */
export function shrinkFilm(film: DecodedFilm, width: number, height: number): Uint8Array {
  return film.grading ? gradeToBytes(resizeFloat(film, width, height), film.grading) : resizeGrey(film, width, height);
}
