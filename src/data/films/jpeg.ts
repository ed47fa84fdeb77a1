// Decodes the JPEG that films are: 8 bits, grey or YCbCr, sequential or progressive, to grey. Any other JPEG is left to the browser.
import { Unreadable } from "./film";
import { type GreyImage, resizeGrey, resizeLaid } from "./resize";
import { turnUpright } from "./turnUpright";
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
