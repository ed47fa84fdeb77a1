// Decodes the JPEG that films are: 8 bits, grey or YCbCr, sequential or progressive, to grey. Any other JPEG is left to the browser.
import { Unreadable } from "./film";
import type { GreyImage } from "./resize";
import { lay, look, openModule, STATUS } from "./wasm/module";

/**
 * The luma as libjpeg-turbo decodes it, upright; of a colour JPEG without looking at its colour. Null where the file is another kind of
 * JPEG, or none.
 * @throws Unreadable
 */
export function decodeJpeg(bytes: Uint8Array): GreyImage | null {
  const module = openModule();
  const [file = 0] = lay(bytes);
  const status = module.decodeJpeg(file, bytes.length);
  if (status === STATUS.notPlain) return null;
  if (status !== STATUS.whole) throw new Unreadable(`The JPEG file is ${status === STATUS.cutShort ? "cut short" : "damaged"}`);
  const width = module.filmWidth();
  const height = module.filmHeight();
  const data = look(module.filmPixels(), width * height);
  return turnUpright({ width, height, data }, module.filmOrientation());
}

/** A copy, turned and mirrored as EXIF's orientation (1 to 8) asks. */
export function turnUpright({ width, height, data }: GreyImage, orientation: number): GreyImage {
  if (orientation === 1) return { width, height, data: data.slice() };
  const swapped = orientation > 4;
  // Where the turned film's first pixel lies, and what one pixel across and one down are, in the film as stored.
  const fromRight = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const fromBottom = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  const first = (fromRight ? width - 1 : 0) + (fromBottom ? height - 1 : 0) * width;
  const alongRow = fromRight ? -1 : 1;
  const alongColumn = fromBottom ? -width : width;
  const [across, down] = swapped ? [alongColumn, alongRow] : [alongRow, alongColumn];
  const turned = { width: swapped ? height : width, height: swapped ? width : height, data: new Uint8Array(data.length) };
  for (let y = 0, to = 0; y < turned.height; y++) {
    for (let x = 0, from = first + y * down; x < turned.width; x++, from += across) turned.data[to++] = data[from]!;
  }
  return turned;
}
