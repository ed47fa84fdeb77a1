// A DICOM film's stored samples, as wide as they are and with nothing else in their words. It applies no grey scale: see `readGrading.ts`.
import type { Element } from "dicom-parser";
import { checkSize, type Samples, Unreadable } from "../film";
import { decodeFrame } from "./codecs";
import { frameBytes, isEncapsulated, nativeBytes } from "./pixelBytes";
import type { DicomFile } from "./readDataSet";
import { TAGS } from "./tags";

/** What the data set says of its pixels (PS3.3, C.7.6.3). */
export interface PixelFormat {
  width: number;
  height: number;
  components: number;
  photometric: string;
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** Components one after the other, not side by side. */
  planar: boolean;
}

/** @throws Unreadable */
export function readPixelFormat({ dataSet }: DicomFile): PixelFormat {
  const [width, height] = [dataSet.uint16(TAGS.columns) ?? 0, dataSet.uint16(TAGS.rows) ?? 0];
  checkSize(width, height);
  const components = dataSet.uint16(TAGS.samplesPerPixel) ?? 1;
  const bitsAllocated = dataSet.uint16(TAGS.bitsAllocated) ?? 0;
  const bitsStored = dataSet.uint16(TAGS.bitsStored) ?? bitsAllocated;
  const highBit = dataSet.uint16(TAGS.highBit) ?? bitsStored - 1;
  const photometric = dataSet.string(TAGS.photometric)?.trim().toUpperCase() ?? "MONOCHROME2";
  if ((bitsAllocated !== 8 && bitsAllocated !== 16) || bitsStored < 1 || bitsStored > highBit + 1 || highBit >= bitsAllocated) {
    throw new Unreadable(`Its samples are ${bitsStored} bits of ${bitsAllocated}, which the lab does not read`);
  }
  const expected = photometric.startsWith("MONOCHROME") || photometric === "PALETTE COLOR" ? 1 : 3;
  if (components !== expected)
    throw new Unreadable(`Its pixels have ${components} components, and ${photometric} has ${expected}`);
  return {
    ...{ width, height, components, photometric, bitsAllocated, bitsStored, highBit },
    signed: dataSet.uint16(TAGS.signed) === 1,
    planar: dataSet.uint16(TAGS.planar) === 1,
  };
}

export interface StoredSamples {
  /** Samples of a pixel side by side. */
  data: Samples;
  /** RGB, YBR_FULL, MONOCHROME2 and so on, as the samples now are. */
  photometric: string;
}

/** @throws Unreadable, or what a codec throws where the file is damaged */
export async function readStoredSamples(file: DicomFile, format: PixelFormat): Promise<StoredSamples> {
  const { pixels } = file;
  if (!pixels) throw new Unreadable("The DICOM file holds no image");
  const { width, height, components, bitsAllocated, photometric } = format;
  if (!isEncapsulated(pixels)) {
    return {
      data: trim(readNative(file, pixels, format), format),
      photometric: photometric === "YBR_FULL_422" ? "YBR_FULL" : photometric,
    };
  }
  const shape = { width, height, components, bytesPerSample: bitsAllocated / 8 };
  const coded = await decodeFrame(file.syntax, frameBytes(file, pixels), shape);
  const samples = coded.planar ? interleave(coded.data, width * height, components) : coded.data;
  return { data: trim(samples, format), photometric: coded.rgb ? "RGB" : photometric };
}

function readNative(file: DicomFile, element: Element, format: PixelFormat): Uint8Array | Uint16Array {
  const { width, height, components, bitsAllocated, photometric, planar } = format;
  const pixels = width * height;
  const halved = photometric === "YBR_FULL_422";
  const bytesPerSample = bitsAllocated / 8;
  const bytes = nativeBytes(file, element, pixels * (halved ? 2 : components) * bytesPerSample);
  // Words of big endian files hold 8-bit samples two by two, the first in the lower half.
  const swapped = !file.littleEndian && (bytesPerSample === 2 || element.vr === "OW");
  const words = swapped ? swapBytes(bytes) : bytes.slice();
  const samples = bytesPerSample === 1 ? words : new Uint16Array(words.buffer, 0, words.length >> 1);
  if (halved) return widenChroma(samples, pixels);
  return planar && components > 1 ? interleave(samples, pixels, components) : samples.subarray(0, pixels * components);
}

function swapBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const swapped = new Uint8Array(bytes.length + (bytes.length & 1));
  for (let i = 0; i < bytes.length; i++) swapped[i ^ 1] = bytes[i]!;
  return swapped;
}

function interleave<T extends Uint8Array | Uint16Array>(planes: T, pixels: number, components: number): T {
  const samples = planes.slice(0, pixels * components) as T;
  for (let c = 0; c < components; c++) for (let i = 0; i < pixels; i++) samples[i * components + c] = planes[c * pixels + i]!;
  return samples;
}

/** Two pixels share their chroma: Y1 Y2 B R. */
function widenChroma<T extends Uint8Array | Uint16Array>(pairs: T, pixels: number): T {
  const samples = new (pairs.constructor as new (length: number) => T)(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const pair = (i >> 1) * 4;
    samples[i * 3] = pairs[pair + (i & 1)]!;
    samples[i * 3 + 1] = pairs[pair + 2]!;
    samples[i * 3 + 2] = pairs[pair + 3]!;
  }
  return samples;
}

/** Samples without what else their words hold (overlays, in old files), their sign spread over the word. */
function trim(data: Uint8Array | Uint16Array, { bitsStored, highBit, signed }: PixelFormat): Samples {
  const shift = highBit + 1 - bitsStored;
  const mask = 2 ** bitsStored - 1;
  const bits = data.BYTES_PER_ELEMENT * 8;
  if (signed) {
    const spread = 32 - bitsStored;
    return Int16Array.from(data, (word) => ((word >> shift) << spread) >> spread);
  }
  return bitsStored === bits ? data : data.map((word) => (word >> shift) & mask);
}
