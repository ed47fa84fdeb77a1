// Turns a film as EXIF's and TIFF's Orientation asks. It reads no tag.
import type { Samples } from "./film";

interface Picture<Data extends Samples> {
  width: number;
  height: number;
  /** [height, width]. */
  data: Data;
}

/** A copy, turned and mirrored as EXIF's orientation (1 to 8) asks. */
export function turnUpright<Data extends Samples>({ width, height, data }: Picture<Data>, orientation: number): Picture<Data> {
  if (orientation === 1) return { width, height, data: data.slice() as Data };
  const swapped = orientation > 4;
  // Where the turned film's first pixel lies, and what one pixel across and one down are, in the film as stored.
  const fromRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const fromBottom = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const first = (fromRight ? width - 1 : 0) + (fromBottom ? height - 1 : 0) * width;
  const alongRow = fromRight ? -1 : 1;
  const alongColumn = fromBottom ? -width : width;
  const [across, down] = swapped ? [alongColumn, alongRow] : [alongRow, alongColumn];
  const turned = { width: swapped ? height : width, height: swapped ? width : height, data: data.slice() as Data };
  for (let y = 0, to = 0; y < turned.height; y++) {
    for (let x = 0, from = first + y * down; x < turned.width; x++, from += across) turned.data[to++] = data[from]!;
  }
  return turned;
}
