// The bytes of a DICOM film's one frame, native or compressed, held against the end of the file. It decodes nothing.
import type { Element } from "dicom-parser";
import { Unreadable } from "../film";
import type { DicomFile } from "./readDataSet";

const ITEM = 0xfffee000;
const END_OF_SEQUENCE = 0xfffee0dd;
const UNDEFINED_LENGTH = 0xffffffff;

export const isEncapsulated = (pixels: Element) => pixels.length === UNDEFINED_LENGTH;

/** Native samples as they lie, `length` bytes and one more where that is odd. @throws Unreadable where there are fewer */
export function nativeBytes({ dataSet }: DicomFile, pixels: Element, length: number): Uint8Array {
  const { dataOffset: start } = pixels;
  if (pixels.length < length || start + length > dataSet.byteArray.length) throw new Unreadable("The DICOM file is cut short");
  return dataSet.byteArray.subarray(start, start + length + (length & 1));
}

/** The fragments of a single frame, joined; offset tables add nothing to it (PS3.5, A.4). @throws Unreadable */
export function frameBytes({ dataSet }: DicomFile, pixels: Element): Uint8Array<ArrayBuffer> {
  const bytes = dataSet.byteArray;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fragments: Uint8Array[] = [];
  for (let at = pixels.dataOffset; at + 8 <= bytes.length; ) {
    // Compressed syntaxes are little endian.
    const tag = view.getUint16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    const length = view.getUint32(at + 4, true);
    if (tag === END_OF_SEQUENCE) return join(fragments.slice(1));
    if (tag !== ITEM) throw new Unreadable("The DICOM file is damaged: its pixels are not in items");
    fragments.push(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  throw new Unreadable("The DICOM file is cut short");
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
