// Decodes a DICOM chest film. Loaded when the first one comes; a codec only when a film is compressed.
import type { DataSet } from "dicom-parser";
import { type DecodedFilm, type FilmFacts, type Samples, Unreadable } from "../film";
import { toGrey } from "../luma";
import { sniffFormat } from "../sniff";
import { readTable } from "./lut";
import { readDataSet } from "./readDataSet";
import { readFacts } from "./readFacts";
import { readGrading } from "./readGrading";
import { refuseOthers } from "./refuseOthers";
import { readPixelFormat, readStoredSamples } from "./storedSamples";
import { TAGS } from "./tags";

/** @throws Unreadable naming why it cannot be a film of the lab's, or what a codec throws over damaged pixels */
export async function decodeDicom(bytes: Uint8Array): Promise<DecodedFilm> {
  const file = readDataSet(bytes);
  refuseOthers(file);
  const format = readPixelFormat(file);
  const { width, height } = format;
  const { data, photometric } = await readStoredSamples(file, format);
  const facts = readFacts(file.dataSet);
  if (photometric.startsWith("MONOCHROME")) {
    return { width, height, ...readGrading(file.dataSet, format, data), facts };
  }
  return { width, height, data: colorToGrey(file.dataSet, data, photometric), grading: null, facts };
}

/** Of a whole file or of its head; null where that is damaged, or no DICOM file's. */
export function readDicomFacts(head: Uint8Array): FilmFacts | null {
  if (sniffFormat(head) !== "DICOM") return null;
  try {
    return readFacts(readDataSet(head, false).dataSet);
  } catch {
    return null;
  }
}

/** Of 8-bit colours. @throws Unreadable */
function colorToGrey(dataSet: DataSet, data: Samples, photometric: string): Uint8Array {
  if (!(data instanceof Uint8Array)) throw new Unreadable(`It is in colour (${photometric}) of more than 8 bits`);
  switch (photometric) {
    case "RGB":
    // OpenJPEG has undone these two by now.
    case "YBR_RCT":
    case "YBR_ICT":
      return toGrey(data, 3);
    case "YBR_FULL":
    case "YBR_FULL_422":
      // Y is the luma.
      return data.filter((_, at) => at % 3 === 0);
    case "PALETTE COLOR":
      return lookUp(readPalette(dataSet), data);
    default:
      throw new Unreadable(`Its colours (${photometric}) are none the lab reads`);
  }
}

function lookUp(greys: Uint8Array, indices: Uint8Array): Uint8Array {
  return indices.map((index) => greys[index] ?? 0);
}

/** The luma of each of a palette's colours, for indices of 8 bits. @throws Unreadable */
function readPalette(dataSet: DataSet): Uint8Array {
  const [red, green, blue] = [
    readTable(dataSet, TAGS.redDescriptor, TAGS.redEntries, false),
    readTable(dataSet, TAGS.greenDescriptor, TAGS.greenEntries, false),
    readTable(dataSet, TAGS.blueDescriptor, TAGS.blueEntries, false),
  ];
  const colors = new Uint8Array(256 * 3);
  for (let index = 0; index < 256; index++) {
    for (const [c, { first, entries, max }] of [red, green, blue].entries()) {
      const entry = entries[Math.min(entries.length - 1, Math.max(0, index - first))] ?? 0;
      colors[index * 3 + c] = Math.round((entry / max) * 255);
    }
  }
  return toGrey(colors, 3);
}
