// Writes a ZIP file whose entries are stored as they are, and reads its list back. It compresses nothing, and holds one piece of an entry
// in memory at a time. (APPNOTE.TXT 6.3.10, sections 4.3.6 to 4.3.16 and 4.5.3.)
import { Crc32 } from "./crc32";

/** The content of an entry comes in pieces, in order. */
export interface ZipSource {
  name: string;
  content: AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>;
}

export interface ZipEntry {
  name: string;
  bytes: number;
  crc32: number;
  /** As it lies in the file. */
  content: Blob;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const END_64_BYTES = 56;
const LOCATOR_BYTES = 20;
/** Sizes and places always stand in the ZIP64 extra field, 64 bits wide: so no file is too large, and there is one way to write them. */
const VERSION_64 = 45;
const ELSEWHERE = 0xffffffff;
/** 1 January 1980: the same entries give the same bytes whenever they are written. */
const DATE = 0x0021;

/** @param entries in their order; names are ASCII */
export async function writeZip(entries: Iterable<ZipSource>): Promise<Blob> {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let offset = 0;
  let count = 0;
  for (const { name, content } of entries) {
    const crc32 = new Crc32();
    const pieces: Blob[] = [];
    let bytes = 0;
    for await (const piece of content) {
      crc32.add(piece);
      bytes += piece.length;
      // Each in a Blob of its own: those are the browser's to put on disk.
      pieces.push(new Blob([piece]));
    }
    const local = writeHeader(LOCAL, name, crc32.value, [bytes, bytes]);
    parts.push(local, ...pieces);
    directory.push(writeHeader(CENTRAL, name, crc32.value, [bytes, bytes, offset]));
    offset += local.size + bytes;
    count++;
  }
  const list = new Blob(directory);
  return new Blob([...parts, list, writeEnd(count, list.size, offset)], { type: "application/zip" });
}

/** Both kinds of header: an entry's own, and its line in the list, which also says where it lies. `wide` are the fields of 64 bits. */
function writeHeader(signature: typeof LOCAL | typeof CENTRAL, name: string, crc32: number, wide: number[]): Blob {
  const isCentral = signature === CENTRAL;
  const header = new DataView(new ArrayBuffer(isCentral ? CENTRAL_BYTES : LOCAL_BYTES));
  header.setUint32(0, signature, true);
  if (isCentral) header.setUint16(4, VERSION_64, true);
  // From "version needed" on both have the same fields.
  const at = isCentral ? 6 : 4;
  header.setUint16(at, VERSION_64, true);
  header.setUint16(at + 8, DATE, true);
  header.setUint32(at + 10, crc32, true);
  header.setUint32(at + 14, ELSEWHERE, true);
  header.setUint32(at + 18, ELSEWHERE, true);
  header.setUint16(at + 22, name.length, true);
  header.setUint16(at + 24, 4 + 8 * wide.length, true);
  if (isCentral) header.setUint32(42, ELSEWHERE, true);
  const extra = new DataView(new ArrayBuffer(4 + 8 * wide.length));
  extra.setUint16(0, 1, true);
  extra.setUint16(2, 8 * wide.length, true);
  wide.forEach((value, field) => {
    extra.setBigUint64(4 + 8 * field, BigInt(value), true);
  });
  return new Blob([header, name, extra]);
}

function writeEnd(count: number, listBytes: number, listAt: number): Blob {
  const end64 = new DataView(new ArrayBuffer(END_64_BYTES));
  end64.setUint32(0, END_64, true);
  end64.setBigUint64(4, BigInt(END_64_BYTES - 12), true);
  end64.setUint16(12, VERSION_64, true);
  end64.setUint16(14, VERSION_64, true);
  end64.setBigUint64(24, BigInt(count), true);
  end64.setBigUint64(32, BigInt(count), true);
  end64.setBigUint64(40, BigInt(listBytes), true);
  end64.setBigUint64(48, BigInt(listAt), true);
  const locator = new DataView(new ArrayBuffer(LOCATOR_BYTES));
  locator.setUint32(0, LOCATOR_64, true);
  locator.setBigUint64(8, BigInt(listAt + listBytes), true);
  locator.setUint32(16, 1, true);
  const end = new DataView(new ArrayBuffer(END_BYTES));
  end.setUint32(0, END, true);
  end.setUint16(8, count, true);
  end.setUint16(10, count, true);
  end.setUint32(12, ELSEWHERE, true);
  end.setUint32(16, ELSEWHERE, true);
  return new Blob([end64, locator, end]);
}

/**
 * The entries of a file that `writeZip` wrote, each held against its CRC.
 * @throws Error naming what is not as it was written
 */
export async function readZip(file: Blob): Promise<ZipEntry[]> {
  const tailAt = file.size - END_BYTES - LOCATOR_BYTES - END_64_BYTES;
  const tail = await viewOf(file.slice(tailAt));
  if (tailAt < 0 || tail.getUint32(0, true) !== END_64) throw new Error("the ZIP file has no end");
  const count = Number(tail.getBigUint64(32, true));
  const listAt = Number(tail.getBigUint64(48, true));
  const list = await viewOf(file.slice(listAt, tailAt));
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const nameBytes = list.getUint16(at + 28, true);
    const name = new TextDecoder().decode(new Uint8Array(list.buffer, at + CENTRAL_BYTES, nameBytes));
    const extra = at + CENTRAL_BYTES + nameBytes;
    const crc32 = list.getUint32(at + 16, true);
    const [bytes = 0, , offset = 0] = [0, 1, 2].map((field) => Number(list.getBigUint64(extra + 4 + 8 * field, true)));
    const local = await viewOf(file.slice(offset, offset + LOCAL_BYTES));
    if (local.getUint32(0, true) !== LOCAL) throw new Error(`${name} is not where the list of the ZIP file says`);
    const from = offset + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
    const content = file.slice(from, from + bytes);
    if (content.size !== bytes || (await crcOf(content)) !== crc32) throw new Error(`${name} in the ZIP file is damaged`);
    entries.push({ name, bytes, crc32, content });
    at = extra + list.getUint16(at + 30, true);
  }
  return entries;
}

const viewOf = async (part: Blob) => new DataView(await part.arrayBuffer());

const PIECE_BYTES = 2 ** 24;

async function crcOf(content: Blob): Promise<number> {
  const crc32 = new Crc32();
  for (let at = 0; at < content.size; at += PIECE_BYTES) {
    crc32.add(new Uint8Array(await content.slice(at, at + PIECE_BYTES).arrayBuffer()));
  }
  return crc32.value;
}
