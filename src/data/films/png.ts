// Decodes the PNGs that a canvas would lose something of: 16 bits a sample, or colours under transparency. Loaded when the first one comes.
import { convertIndexedToRgb, decode } from "fast-png";
import type { DecodedFilm } from "./film";
import { gradeByPercentiles } from "./grading";
import { toGrey } from "./luma";

/** Throws what fast-png throws where the file is damaged. */
export function decodePng(bytes: Uint8Array): DecodedFilm {
  const png = decode(bytes, { checkCrc: true });
  const { width, height } = png;
  const [samples, channels] = png.palette ? [convertIndexedToRgb(png), png.palette[0]?.length ?? 3] : [png.data, png.channels];
  const data = toGrey(samples, channels);
  if (data instanceof Uint16Array) return { width, height, data, grading: gradeByPercentiles(data), facts: null };
  return { width, height, data, grading: null, facts: null };
}
