// Whether a file still has its end: browsers paint what is missing grey, and a network would learn from it. It decodes nothing.
import { readJpegHeader } from "./jpegHeader";
import type { FilmFormat } from "./sniff";

/** False where the file is shorter than it says. TIFF and DICOM are held to their sizes by their own decoders. */
export function isWhole(bytes: Uint8Array, format: FilmFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (format) {
    case "JPEG":
      return hasEndOfImage(bytes, readJpegHeader(bytes).scanAt);
    case "PNG":
      return hasEndChunk(view);
    case "WebP":
      return bytes.length >= 12 && view.getUint32(4, true) + 8 <= bytes.length;
    case "BMP":
      return bytes.length >= 6 && view.getUint32(2, true) <= bytes.length;
    case "GIF":
      return bytes.lastIndexOf(0x3b) >= bytes.length - 4;
    case "AVIF":
      return holdsItsBoxes(view);
    case "TIFF":
    case "DICOM":
      return true;
  }
}

/** Entropy-coded data holds no FF D9, so the search from behind ends at once in a whole file. A thumbnail's end lies before `from`. */
export function hasEndOfImage(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.lastIndexOf(0xd9); at > from; at = bytes.lastIndexOf(0xd9, at - 1)) if (bytes[at - 1] === 0xff) return true;
  return false;
}

function hasEndChunk(view: DataView): boolean {
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === 0x49454e44) return true;
  }
  return false;
}

function holdsItsBoxes(view: DataView): boolean {
  let at = 0;
  while (at + 8 <= view.byteLength) {
    const size = view.getUint32(at);
    // 0: to the end of the file; 1: a length of 64 bits follows.
    if (size === 0) return true;
    const wide = size === 1 && at + 16 <= view.byteLength ? Number(view.getBigUint64(at + 8)) : size;
    // No box is smaller than its own head; one that says so would be looked at for ever.
    at += Math.max(8, wide);
  }
  return at === view.byteLength;
}
