// From a decoded film to the square of bytes that the network sees: borders, size, grey scale, contrast, as the settings say. It reads no file.
import type { PreparationSettings } from "../../protocol/settings";
import { type Frame, findExposed } from "./borders";
import { equalise } from "./clahe";
import type { DecodedFilm } from "./film";
import { type Grading, gradeByPercentiles } from "./grading";
import { shrinkFilm } from "./shrinkFilm";

export interface ShapedFilm {
  /** [imageSize, imageSize], 0 black. */
  pixels: Uint8Array;
  grading: GradedBy;
}

/** How samples became bytes: they were such, or by the file's window or table, or by percentiles. */
export type GradedBy = "bytes" | Grading["from"];

/** Side of the film on which borders are looked for: they are found to a part in so many. */
const LOOKED_AT = 256;

export function shapeFilm(
  film: DecodedFilm,
  { imageSize, fit, cropBorders, equalise: isEqualised, grading }: PreparationSettings,
): ShapedFilm {
  const graded =
    film.grading && grading === "percentiles" ? { ...film, grading: gradeByPercentiles(film.data, film.grading.invert) } : film;
  const cropped = cropBorders ? crop(graded, scaleFrame(findBorders(graded), graded)) : graded;
  const framed = fit === "crop" ? crop(cropped, findMiddle(cropped)) : cropped;
  const { width, height } = fit === "letterbox" ? fitInside(framed, imageSize) : { width: imageSize, height: imageSize };
  const bytes = shrinkFilm(framed, width, height);
  const shaped = isEqualised ? equalise({ width, height, data: bytes }).data : bytes;
  return { pixels: placeInMiddle(shaped, width, height, imageSize), grading: graded.grading?.from ?? "bytes" };
}

function findBorders(film: DecodedFilm): Frame {
  return findExposed({ width: LOOKED_AT, height: LOOKED_AT, data: shrinkFilm(film, LOOKED_AT, LOOKED_AT) });
}

/** From the small film to the whole one; what lies on a border's edge stays. */
function scaleFrame({ left, top, width, height }: Frame, film: DecodedFilm): Frame {
  const across = film.width / LOOKED_AT;
  const down = film.height / LOOKED_AT;
  const from = { left: Math.floor(left * across), top: Math.floor(top * down) };
  return {
    ...from,
    width: Math.ceil((left + width) * across) - from.left,
    height: Math.ceil((top + height) * down) - from.top,
  };
}

/** The largest square, where torchxrayvision's `XRayCenterCrop` has it. */
function findMiddle({ width, height }: DecodedFilm): Frame {
  const side = Math.min(width, height);
  const from = (whole: number) => Math.floor(whole / 2) - Math.floor(side / 2);
  return { left: from(width), top: from(height), width: side, height: side };
}

function crop(film: DecodedFilm, { left, top, width, height }: Frame): DecodedFilm {
  if (width === film.width && height === film.height) return film;
  const data = film.data.slice(0, width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * film.width + left;
    data.set(film.data.subarray(from, from + width), y * width);
  }
  // Of the same kind of samples as the film's, which the type cannot say.
  return { ...film, width, height, data } as DecodedFilm;
}

function fitInside({ width, height }: DecodedFilm, side: number): { width: number; height: number } {
  const scale = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Black around it. */
function placeInMiddle(image: Uint8Array, width: number, height: number, side: number): Uint8Array {
  if (width === side && height === side) return image;
  const square = new Uint8Array(side * side);
  const left = Math.floor((side - width) / 2);
  const top = Math.floor((side - height) / 2);
  for (let y = 0; y < height; y++) square.set(image.subarray(y * width, (y + 1) * width), (top + y) * side + left);
  return square;
}
