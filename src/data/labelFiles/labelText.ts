// Opens a label file as text: unpacks gzip, tells the encoding, takes the checksum. It knows nothing of rows: see `csvRows.ts`.
import { LabError } from "../../protocol/labError";
import { sha256 } from "../../storage/sha256";

/** Small enough that the cells of a piece are garbage before the collector has to move them: pieces of 4 MiB take half as long again. */
const PIECE_BYTES = 2 ** 17;
/** Of each candidate this much is read to judge it. */
const HEAD_BYTES = 2 ** 18;
const MOST_BYTES = 2 ** 30;
const MOST_UNPACKED_BYTES = 2 ** 31;

export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface LabelText {
  encoding: Encoding;
  /** SHA-256 of the file's bytes as they are stored, in hex; empty where only the head was read. */
  sha256: string;
  /** False where the file goes on after `pieces`. */
  complete: boolean;
  pieces: AsyncIterable<string>;
}

/**
 * The whole file, or its first 256 KiB.
 * @throws LabError noCsv where it is a spreadsheet, badCsv where it is no text
 */
export async function openText(file: Blob, path: string, extent: "whole" | "head"): Promise<LabelText> {
  if (extent === "whole" && file.size > MOST_BYTES) throw unreadable(path, "it is larger than 1 GiB, which no label file is");
  const stored = extent === "whole" ? file : file.slice(0, HEAD_BYTES);
  const bytes = await readBytes(stored, path);
  refuseSpreadsheet(bytes, path);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  let complete = stored.size === file.size;
  if (extent === "head") {
    const head = packed ? await unpackHead(bytes, path, complete) : bytes;
    complete &&= head.length < HEAD_BYTES || !packed;
    const encoding = await detectEncoding(cut(head));
    return { encoding, sha256: "", complete, pieces: decode(cut(head), encoding, path, complete) };
  }
  const open = () => (packed ? unpack(bytes, path) : cut(bytes));
  const encoding = await detectEncoding(open());
  return { encoding, sha256: await sha256(bytes), complete, pieces: decode(open(), encoding, path, complete) };
}

async function readBytes(file: Blob, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

type Pieces = AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>;

function* cut(bytes: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}

/** @throws LabError badCsv where the stream is damaged or does not end, and in Chromium, whose stream fails there, where a second member follows the first */
async function* unpack(bytes: Uint8Array<ArrayBuffer>, path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  let unpacked = 0;
  try {
    for (;;) {
      const { done, value } = await reader
        .read()
        .catch(() => Promise.reject(unreadable(path, "its gzip data is damaged, cut off, or several gzip files in one")));
      if (done) return;
      unpacked += value.length;
      if (unpacked > MOST_UNPACKED_BYTES) throw unreadable(path, "it unpacks to more than 2 GiB, which no label file does");
      yield* cut(value);
    }
  } finally {
    // The rest of a stream that is left early is not unpacked; one that failed has nothing to cancel.
    await reader.cancel().catch(() => {});
  }
}

/** The first 256 KiB that come out of a gzip file, of which not all may be there. */
async function unpackHead(bytes: Uint8Array<ArrayBuffer>, path: string, complete: boolean): Promise<Uint8Array<ArrayBuffer>> {
  const head = new Uint8Array(HEAD_BYTES);
  let length = 0;
  try {
    for await (const piece of unpack(bytes, path)) {
      const part = piece.subarray(0, HEAD_BYTES - length);
      head.set(part, length);
      length += part.length;
      if (length === HEAD_BYTES) break;
    }
  } catch (error) {
    if (complete) throw error;
  }
  return head.subarray(0, length);
}

/** By its byte order mark, else UTF-16 by its noughts, else UTF-8 where it is valid, else what Windows and Excel write in the West. */
async function detectEncoding(pieces: Pieces): Promise<Encoding> {
  const strict = new TextDecoder("utf-8", { fatal: true });
  let first = true;
  for await (const piece of pieces) {
    const wide = first ? detectUtf16(piece) : null;
    if (wide) return wide;
    first = false;
    try {
      strict.decode(piece, { stream: true });
    } catch {
      return "windows-1252";
    }
  }
  return "utf-8";
}

function detectUtf16(bytes: Uint8Array): Encoding | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const start = bytes.subarray(0, 512);
  const noughts = [0, 0];
  for (let i = 0; i < start.length; i++) if (start[i] === 0) noughts[i % 2]! += 1;
  const [even = 0, odd = 0] = noughts;
  // Latin text has a nought in every character, on one side only.
  if (odd * 2 > start.length * 0.8 && even === 0) return "utf-16le";
  if (even * 2 > start.length * 0.8 && odd === 0) return "utf-16be";
  return null;
}

/** Text with LF for CRLF and CR. */
async function* decode(pieces: Pieces, encoding: Encoding, path: string, complete: boolean): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let heldReturn = false;
  for await (const piece of pieces) {
    let text = decoder.decode(piece, { stream: true });
    if (text.includes("\0")) throw unreadable(path, "it is not a text file");
    if (heldReturn) text = `\r${text}`;
    // A CR at the end of a piece may be half a CRLF.
    heldReturn = text.endsWith("\r");
    if (heldReturn) text = text.slice(0, -1);
    yield text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
  }
  if (complete) yield (heldReturn ? "\n" : "") + decoder.decode();
}

function refuseSpreadsheet(bytes: Uint8Array, path: string): void {
  const starts = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  const archive = starts(0x50, 0x4b, 3, 4);
  if (starts(0xd0, 0xcf, 0x11, 0xe0) || (archive && /\.xls[xmb]?$|\.ods$/i.test(path))) {
    throw new LabError("noCsv", `${path} is a spreadsheet. Save it as CSV and open the folder again.`, path);
  }
  if (archive) throw unreadable(path, "it is a ZIP archive or a spreadsheet, not a text file");
}

function unreadable(path: string, reason: string): LabError {
  return new LabError("badCsv", `${path} cannot be read: ${reason}. Save it as CSV in UTF-8 and open the folder again.`, path);
}
