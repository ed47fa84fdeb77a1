// Reads a PNG up to its pixels, to tell who has to decode it. It decodes nothing.
import { Unreadable } from "./film";

export interface PngHeader {
  width: number;
  height: number;
  /** True where a canvas would lose something: 16 bits a sample, or colours under transparency. */
  beyondCanvas: boolean;
}

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const TRNS = 0x74524e53;
/** Deflate's best ratio. */
const MOST_PER_BYTE = 1032;

/** @throws Unreadable */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33 || view.getUint32(12) !== IHDR) throw new Unreadable("The PNG file is cut short");
  const [width, height, depth, colorType = 0] = [view.getUint32(16), view.getUint32(20), bytes[24] ?? 0, bytes[25]];
  if (width * height * depth > bytes.length * 8 * MOST_PER_BYTE) {
    throw new Unreadable(`The PNG file is damaged: it claims ${width} x ${height} pixels, which its data cannot hold`);
  }
  let transparent = (colorType & 4) !== 0;
  for (let at = 33; at + 8 <= bytes.length && view.getUint32(at + 4) !== IDAT; at += 12 + view.getUint32(at)) {
    transparent ||= view.getUint32(at + 4) === TRNS;
  }
  return { width, height, beyondCanvas: depth === 16 || (transparent && depth === 8) };
}
