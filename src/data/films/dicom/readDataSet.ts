// Reads a DICOM file's elements up to its pixels, as the file is and not as its meta says. It decodes no pixels.
import dicomParser, { type DataSet, type Element } from "dicom-parser";
import { Inflate } from "fflate";
import { Unreadable } from "../film";

export interface DicomFile {
  dataSet: DataSet;
  /** Transfer syntax, by its UID. */
  syntax: string;
  littleEndian: boolean;
  /** Null where the file holds no pixels. */
  pixels: Element | null;
  /** True where the file ends within an element. */
  cutShort: boolean;
}

export const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
export const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
export const DEFLATED = "1.2.840.10008.1.2.1.99";
export const EXPLICIT_BIG_ENDIAN = "1.2.840.10008.1.2.2";

const PREAMBLE = 132;
const PIXEL_DATA = "x7fe00010";
/** Far beyond any film; a deflated file of a few kilobytes could otherwise fill the memory. */
const MAX_INFLATED = 2 ** 29;

/**
 * Reads what is there, also of a file that is cut short.
 * @param isWhole false for the head of a file
 * @throws Unreadable, or what fflate throws over a deflated file that is damaged
 */
export function readDataSet(file: Uint8Array, isWhole = true): DicomFile {
  const meta = readMeta(file);
  const deflated = meta.syntax === DEFLATED;
  const bytes = deflated ? inflate(file.subarray(meta.end), isWhole) : file;
  const start = deflated ? 0 : meta.end;
  const { explicit, littleEndian } = sniffEncoding(bytes, start);

  const parser = littleEndian ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(parser, bytes, start);
  const dataSet: DataSet = new DataSetOf(parser, bytes, {});
  const parse = explicit ? dicomParser.parseDicomDataSetExplicit : dicomParser.parseDicomDataSetImplicit;
  let cutShort = false;
  try {
    parse(dataSet, stream, bytes.length, { untilTag: PIXEL_DATA });
  } catch {
    // The parser throws strings where an element goes beyond the end; what came before it is in the data set.
    cutShort = true;
  }
  const pixels = dataSet.elements[PIXEL_DATA] ?? null;
  return { dataSet, syntax: meta.syntax, littleEndian, pixels, cutShort: cutShort && !pixels };
}

/** Types of dicom-parser know the class by its shape only. */
const { DataSet: DataSetOf } = dicomParser as unknown as {
  DataSet: new (parser: dicomParser.ByteArrayParser, bytes: Uint8Array, elements: Record<string, Element>) => DataSet;
};

/** Transfer syntax and end of the file meta: group 2, always explicit little endian, behind a preamble or not, or not there at all. */
function readMeta(bytes: Uint8Array): { syntax: string; end: number } {
  const hasPreamble = String.fromCharCode(...bytes.subarray(128, PREAMBLE)) === "DICM";
  const start = hasPreamble ? PREAMBLE : 0;
  const stream = new dicomParser.ByteStream(dicomParser.littleEndianByteArrayParser, bytes, start);
  const elements: Record<string, Element> = {};
  let end = start;
  try {
    while (bytes[end] === 2 && bytes[end + 1] === 0) {
      const element = dicomParser.readDicomElementExplicit(stream);
      elements[element.tag] = element;
      end = stream.position;
    }
  } catch {
    throw new Unreadable("The DICOM file is cut short");
  }
  const meta = new DataSetOf(dicomParser.littleEndianByteArrayParser, bytes, elements);
  return { syntax: meta.string("x00020010") ?? IMPLICIT_LITTLE_ENDIAN, end };
}

/** Files whose meta names another encoding than they are written in are common, and the first element says enough. */
function sniffEncoding(bytes: Uint8Array, at: number): { explicit: boolean; littleEndian: boolean } {
  const [low = 0, high = 0] = bytes.subarray(at, at + 2);
  return {
    // Groups are small numbers: that of the first element is 8 where it is read the right way round, else 2048.
    littleEndian: (high << 8) + low <= (low << 8) + high,
    explicit: /^[A-Z]{2}$/.test(String.fromCharCode(...bytes.subarray(at + 4, at + 6))),
  };
}

/** @param isWhole that what ends before it says so is an error */
function inflate(deflated: Uint8Array, isWhole: boolean): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((part) => {
    length += part.length;
    if (length > MAX_INFLATED) throw new Unreadable("The DICOM file inflates to more than any film takes");
    parts.push(part);
  });
  stream.push(deflated, isWhole);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
