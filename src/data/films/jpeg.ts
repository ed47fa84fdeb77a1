// Decodes the JPEG that films are: 8 bits, grey or YCbCr, sequential or progressive, to grey. Any other JPEG is left to the browser.
import { Unreadable } from "./film";
import { type GreyImage, resizeGrey, resizeLaid } from "./resize";
import { begin, lay, look, openModule, STATUS } from "./wasm/module";

/** A film that was decoded in the module's memory, where it stays until the next one is begun. */
interface LaidFilm {
  width: number;
  height: number;
  address: number;
  /** EXIF's, 1 to 8. */
  orientation: number;
}

/**
 * The luma as libjpeg-turbo decodes it, upright; of a colour JPEG without looking at its colour. Null where the file is another kind of
 * JPEG, or none.
 * @throws Unreadable
 */
export function decodeJpeg(file: Uint8Array): GreyImage | null {
  const laid = decodeInPlace(file);
  return laid && copyUpright(laid);
}

/**
 * `decodeJpeg` and `resizeGrey` in one, without a copy between them, into `out`, [height, width]. False where `decodeJpeg` gives null.
 * @throws Unreadable
 */
export function decodeJpegResized(file: Uint8Array, width: number, height: number, out: Uint8Array): boolean {
  const laid = decodeInPlace(file);
  if (!laid) return false;
  if (laid.orientation === 1) resizeLaid(laid.address, laid, width, height, out);
  else out.set(resizeGrey(copyUpright(laid), width, height));
  return true;
}

function decodeInPlace(file: Uint8Array): LaidFilm | null {
  // Before a large file of another kind is copied.
  if (file[0] !== 0xff || file[1] !== 0xd8) return null;
  const module = openModule();
  begin();
  const status = module.decodeJpeg(lay(file), file.length);
  if (status === STATUS.notPlain) return null;
  if (status !== STATUS.whole) throw new Unreadable(`The JPEG file is ${status === STATUS.cutShort ? "cut short" : "damaged"}`);
  return {
    width: module.filmWidth(),
    height: module.filmHeight(),
    address: module.filmPixels(),
    orientation: module.filmOrientation(),
  };
}

function copyUpright({ width, height, address, orientation }: LaidFilm): GreyImage {
  return turnUpright({ width, height, data: look(address, width * height) }, orientation);
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
