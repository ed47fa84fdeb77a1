// Where the entries of a ZIP file lie. They must be stored, as torch.save does: nothing is decompressed, nothing is copied.
// (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 to 4.3.16 and 4.5.3.)
import type { Refuse } from "./refusal";

export interface ZipEntry {
  offset: number;
  bytes: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const LONGEST_COMMENT = 0xffff;
/** A field that is kept in the ZIP64 extra field instead. */
const ELSEWHERE = 0xffffffff;

/** @throws LabError weightsUnreadable */
export function listZip(buffer: ArrayBuffer, refuse: Refuse): Map<string, ZipEntry> {
  try {
    return listEntries(new DataView(buffer), refuse);
  } catch (error) {
    // DataView's own check: a field lies beyond the end.
    if (error instanceof RangeError) throw refuse("its list of entries is damaged");
    throw error;
  }
}

function listEntries(view: DataView, refuse: Refuse): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  const decoder = new TextDecoder();
  const { count, start } = findDirectory(view, refuse);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (view.getUint32(at, true) !== CENTRAL) throw refuse("its list of entries is damaged");
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const name = decoder.decode(new Uint8Array(view.buffer, at + 46, nameBytes));
    if (view.getUint16(at + 8, true) & 1) throw refuse(`${name} in it is encrypted`);
    if (view.getUint16(at + 10, true) !== 0) throw refuse(`${name} in it is compressed, which torch.save never does`);
    const { bytes, header } = readPlace(view, at, at + 46 + nameBytes, extraBytes);
    if (view.getUint32(header, true) !== LOCAL) throw refuse(`${name} is not where its list of entries says`);
    const offset = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    if (offset + bytes > view.byteLength) throw refuse(`${name} reaches beyond the end of the file`);
    entries.set(name, { offset, bytes });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function findDirectory(view: DataView, refuse: Refuse): { count: number; start: number } {
  const first = Math.max(0, view.byteLength - END_BYTES - LONGEST_COMMENT);
  let end = view.byteLength - END_BYTES;
  while (end >= first && view.getUint32(end, true) !== END) end--;
  if (end < first) throw refuse("its end is missing, so it was cut off");
  const locator = end - LOCATOR_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
    const record = getCount(view, locator + 8);
    if (view.getUint32(record, true) !== END_64) throw refuse("its list of entries is damaged");
    return { count: getCount(view, record + 32), start: getCount(view, record + 48) };
  }
  return { count: view.getUint16(end + 10, true), start: view.getUint32(end + 16, true) };
}

/** Size and place of an entry: in 32 bits, or those that do not fit in the ZIP64 extra field, in this order. */
function readPlace(view: DataView, entry: number, extra: number, extraBytes: number): { bytes: number; header: number } {
  const fields = [24, 20, 42].map((field) => view.getUint32(entry + field, true));
  let at = extra;
  while (at + 4 <= extra + extraBytes && view.getUint16(at, true) !== 1) at += 4 + view.getUint16(at + 2, true);
  let wide = at + 4;
  const [bytes = 0, , header = 0] = fields.map((field) => {
    if (field !== ELSEWHERE) return field;
    const value = getCount(view, wide);
    wide += 8;
    return value;
  });
  return { bytes, header };
}

/** A 64-bit count; what no file can hold comes out beyond any file's end. */
const getCount = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));
