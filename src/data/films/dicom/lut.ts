// Lookup tables of DICOM files: modality, values of interest, palettes (PS3.3, C.11.1, C.11.2, C.7.6.3.1.5). It knows no grey scale.
import type { DataSet } from "dicom-parser";
import { type Samples, Unreadable } from "../film";
import { TAGS } from "./tags";

export interface Lut {
  /** Every sample up to this one takes the first entry; those beyond the last entry take the last. */
  first: number;
  entries: Uint16Array;
  /** The largest value an entry can have. */
  max: number;
}

/** The first table of a sequence. `signed`: how its first sample is written where the file does not say so itself. */
export function readLut(dataSet: DataSet, sequence: string, signed: boolean): Lut | null {
  const item = dataSet.elements[sequence]?.items?.[0]?.dataSet;
  return item ? readTable(item, TAGS.lutDescriptor, TAGS.lutEntries, signed) : null;
}

/** Of a descriptor (how many entries, first sample, bits an entry) and its entries. @throws Unreadable */
export function readTable(dataSet: DataSet, descriptorTag: string, entriesTag: string, signed: boolean): Lut {
  const entriesElement = dataSet.elements[entriesTag];
  // A count of 65,536 does not fit and is written as 0.
  const count = dataSet.uint16(descriptorTag, 0) || 2 ** 16;
  const bits = dataSet.uint16(descriptorTag, 2) ?? 16;
  const vr = dataSet.elements[descriptorTag]?.vr;
  const isSigned = vr === "SS" || (vr !== "US" && signed);
  const first = (isSigned ? dataSet.int16(descriptorTag, 1) : dataSet.uint16(descriptorTag, 1)) ?? 0;
  if (!entriesElement || entriesElement.length < count)
    throw new Unreadable("The DICOM file is damaged: a lookup table is too short");
  // Entries of 8 bits are packed by some and widened by others.
  const packed = entriesElement.length < count * 2;
  const { byteArray, byteArrayParser } = dataSet;
  const at = entriesElement.dataOffset;
  const entries = Uint16Array.from({ length: count }, (_, i) =>
    packed ? (byteArray[at + i] ?? 0) : byteArrayParser.readUint16(byteArray, at + 2 * i),
  );
  return { first, entries, max: 2 ** bits - 1 };
}

export function applyLut({ first, entries }: Lut, samples: Samples): Uint16Array {
  const last = entries.length - 1;
  return Uint16Array.from(samples, (sample) => entries[Math.min(last, Math.max(0, sample - first))]!);
}
