// Black collimation borders: where the exposed part of a film begins and ends. It crops nothing itself.
import type { GreyImage } from "./resize";

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Unexposed film is not quite black. */
const BLACK = 20;
/** A border may hold a lead marker or burnt-in letters. */
const MOST_BRIGHT = 0.06;
/** What would leave less of a side than this was no border but a dark film. */
const LEAST_LEFT = 0.4;

/** The part inside the borders; the whole image where there are none, or hardly anything else. */
export function findExposed({ width, height, data }: GreyImage): Frame {
  const isBorder = (length: number, valueAt: (i: number) => number) => {
    let bright = 0;
    for (let i = 0; i < length; i++) if (valueAt(i) > BLACK) bright++;
    return bright <= length * MOST_BRIGHT;
  };
  const isBlackRow = (y: number) => isBorder(width, (x) => data[y * width + x]!);
  const [top, bottom] = findEnds(height, isBlackRow);
  // Columns are judged between the borders above and below, or a marker there would count against them.
  const isBlackColumn = (x: number) => isBorder(bottom - top, (i) => data[(top + i) * width + x]!);
  const [left, right] = findEnds(width, isBlackColumn);
  return { left, top, width: right - left, height: bottom - top };
}

/** The first line that is no border, and the one after the last. */
function findEnds(length: number, isBlack: (line: number) => boolean): [from: number, to: number] {
  let from = 0;
  let to = length;
  while (from < length && isBlack(from)) from++;
  while (to > from && isBlack(to - 1)) to--;
  return to - from < length * LEAST_LEFT ? [0, length] : [from, to];
}
