// Reads a JPEG up to its first scan (ITU-T T.81, annex B). It decodes nothing.
import { Unreadable } from "./film";

export interface JpegHeader {
  width: number;
  height: number;
  /** Bits a sample. */
  precision: number;
  components: number;
  /** Second byte of the frame's marker: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, 0xc3 lossless, 0xf7 JPEG-LS. */
  frame: number;
  /** Where that marker is. */
  frameAt: number;
  /** Where the first scan's marker is. */
  scanAt: number;
}

/** The frame's marker of JPEG-LS (ITU-T T.87). */
export const JPEG_LS = 0xf7;

/** @throws Unreadable */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const at16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  let header: JpegHeader | null = null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    // Fill bytes before a marker, and what some writers leave between segments.
    if (bytes[at] !== 0xff || marker === 0xff || marker === 0) {
      at++;
      continue;
    }
    if (marker === 0xda) {
      if (header) return { ...header, scanAt: at };
      throw new Unreadable("The JPEG file is damaged: it says no size");
    }
    // All of C0 to CF but tables, reserved and arithmetic conditioning are frames, and so is JPEG-LS's own.
    if ((marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === JPEG_LS) {
      const [precision = 0, components = 0] = [bytes[at + 4], bytes[at + 9]];
      header = { width: at16(at + 7), height: at16(at + 5), precision, components, frame: marker, frameAt: at, scanAt: 0 };
    }
    at += 2 + at16(at + 2);
  }
  throw new Unreadable("The JPEG file is cut short");
}
