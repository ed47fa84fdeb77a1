// Decodes a film of any format the lab reads, by what the file is and not by its name. It does not resize: see `shrinkFilm.ts`.
import { LabError } from "../../protocol/labError";
import { decodeInBrowser } from "./browserImage";
import { checkSize, type DecodedFilm, Unreadable } from "./film";
import { isWhole } from "./isWhole";
import { decodeJpeg } from "./jpeg";
import { readJpegHeader } from "./jpegHeader";
import { readPngHeader } from "./pngHeader";
import type { GreyImage } from "./resize";
import { describeStranger, type FilmFormat, sniffFormat } from "./sniff";

type Decode = (bytes: Uint8Array<ArrayBuffer>) => DecodedFilm | Promise<DecodedFilm>;

/** @throws LabError filmUnreadable with the reason; internal where a decoder cannot be loaded */
export async function decodeFilm(bytes: Uint8Array<ArrayBuffer>, path: string): Promise<DecodedFilm> {
  const format = sniffFormat(bytes);
  try {
    if (bytes.length === 0) throw new Unreadable("The file is empty");
    if (format === null) throw new Unreadable(describeStranger(bytes));
    if (!isWhole(bytes, format)) throw new Unreadable(`The ${format} file is cut short`);
    const decode = await findDecoder(bytes, format);
    return await decode(bytes);
  } catch (error) {
    if (error instanceof LabError) throw error;
    // What decoders throw over broken files is theirs: strings, RangeErrors, errors of their own.
    const reason = error instanceof Unreadable ? error.message : `The ${format} file is damaged (${describe(error)})`;
    throw new LabError("filmUnreadable", `${reason}.`, path);
  }
}

/** What a browser decodes to bytes goes to it; all else to decoders that are loaded with the first film that needs them. */
async function findDecoder(bytes: Uint8Array, format: FilmFormat): Promise<Decode> {
  switch (format) {
    case "DICOM":
      return (await load(() => import("./dicom/dicom"))).decodeDicom;
    case "TIFF":
      return (await load(() => import("./tiff"))).decodeTiff;
    case "PNG": {
      const { width, height, beyondCanvas } = readPngHeader(bytes);
      checkSize(width, height);
      if (beyondCanvas) return (await load(() => import("./png"))).decodePng;
      break;
    }
    case "JPEG": {
      const { width, height, precision } = readJpegHeader(bytes);
      checkSize(width, height);
      if (precision > 8) return (await load(() => import("./jpegExtended"))).decodeWideJpeg;
      return async (film) => ofBytes(decodeJpeg(film) ?? (await decodeInBrowser(film, format)));
    }
  }
  return async (film) => ofBytes(await decodeInBrowser(film, format));
}

const ofBytes = (image: GreyImage): DecodedFilm => ({ ...image, grading: null, facts: null });

async function load<T>(importDecoder: () => Promise<T>): Promise<T> {
  try {
    return await importDecoder();
  } catch (error) {
    throw new LabError("internal", `A decoder cannot be loaded: ${describe(error)}. Reload the page and try again.`);
  }
}

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));
