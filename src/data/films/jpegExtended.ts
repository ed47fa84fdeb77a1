// Decodes grey JPEGs of more than 8 bits a sample: sequential DCT with Huffman codes (ITU-T T.81, process 4), which libjpeg-turbo's build for the
// web lacks. It does not decode colour, progressive or lossless JPEGs.
import { type DecodedFilm, Unreadable } from "./film";
import { gradeByPercentiles } from "./grading";
import { inverseDct } from "./inverseDct";
import { type JpegHeader, readJpegHeader } from "./jpegHeader";

/** Row and column of a block's coefficients in the order they are coded (figure 5). */
const ZIGZAG = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28],
  ...[
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62,
    63,
  ],
);

interface Tables {
  quantisation: Map<number, Uint16Array>;
  huffman: Map<number, HuffmanTable>;
  restartInterval: number;
}

/** For every 16 bits the length of the code they begin with, times 256, and its symbol; 0 where no code fits. */
type HuffmanTable = Uint16Array;

/** A film that is such a JPEG by itself, in no DICOM file. @throws Unreadable */
export function decodeWideJpeg(bytes: Uint8Array): DecodedFilm {
  const { width, height } = readJpegHeader(bytes);
  const data = decodeExtendedJpeg(bytes);
  return { width, height, data, grading: gradeByPercentiles(data), facts: null };
}

/** [height, width]. @throws Unreadable */
export function decodeExtendedJpeg(bytes: Uint8Array): Uint16Array {
  const header = readJpegHeader(bytes);
  if (header.components !== 1 || header.frame > 0xc1) {
    throw new Unreadable(`Its JPEG of ${header.precision} bits is in colour or progressive, which the lab does not read`);
  }
  const tables = readTables(bytes, header.scanAt);
  const quantisation = tables.quantisation.get(bytes[header.frameAt + 12] ?? 0);
  // Scan header: length, count, component, its tables, three bytes of no use to a sequential scan.
  const selectors = bytes[header.scanAt + 6] ?? 0;
  const [dc, ac] = [tables.huffman.get(selectors >> 4), tables.huffman.get(0x10 | (selectors & 15))];
  if (!quantisation || !dc || !ac) throw new Unreadable("The JPEG file is damaged: a table is missing");
  const scan = new BitReader(bytes, header.scanAt + 10);
  return decodeScan(scan, header, { quantisation, dc, ac, restartInterval: tables.restartInterval });
}

interface ScanTables {
  quantisation: Uint16Array;
  dc: HuffmanTable;
  ac: HuffmanTable;
  restartInterval: number;
}

function decodeScan(scan: BitReader, { width, height, precision }: JpegHeader, tables: ScanTables): Uint16Array {
  const pixels = new Uint16Array(width * height);
  const [levelShift, largest] = [2 ** (precision - 1), 2 ** precision - 1];
  const across = Math.ceil(width / 8);
  const blocks = across * Math.ceil(height / 8);
  const block = new Float32Array(64);
  let predicted = 0;
  for (let at = 0; at < blocks; at++) {
    if (tables.restartInterval > 0 && at > 0 && at % tables.restartInterval === 0) {
      scan.restart();
      predicted = 0;
    }
    predicted = decodeBlock(scan, tables, predicted, block);
    inverseDct(block);
    const [left, top] = [(at % across) * 8, Math.floor(at / across) * 8];
    const [right, bottom] = [Math.min(left + 8, width), Math.min(top + 8, height)];
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const sample = Math.round(block[(y - top) * 8 + x - left]!) + levelShift;
        pixels[y * width + x] = Math.min(largest, Math.max(0, sample));
      }
    }
  }
  return pixels;
}

/** Fills `block` with a block's coefficients and returns its first before quantisation, by which the next one's is predicted. */
function decodeBlock(scan: BitReader, { quantisation, dc, ac }: ScanTables, predicted: number, block: Float32Array): number {
  block.fill(0);
  const first = predicted + scan.readSigned(scan.readSymbol(dc));
  block[0] = first * quantisation[0]!;
  for (let k = 1; k < 64; k++) {
    const symbol = scan.readSymbol(ac);
    const [zeros, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && zeros < 15) break;
    k += zeros;
    if (k > 63) throw new Unreadable("The JPEG file is damaged: a block overflows");
    block[ZIGZAG[k]!] = scan.readSigned(size) * quantisation[k]!;
  }
  return first;
}

/** The tables between the start of the image and its first scan (annex B.2.4). */
function readTables(bytes: Uint8Array, scanAt: number): Tables {
  const at16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const tables: Tables = { quantisation: new Map(), huffman: new Map(), restartInterval: 0 };
  for (let at = 2; at < scanAt; at += 2 + at16(at + 2)) {
    // Fill bytes before a marker.
    while (bytes[at + 1] === 0xff) at++;
    const [marker, end] = [bytes[at + 1], at + 2 + at16(at + 2)];
    if (marker === 0xdd) tables.restartInterval = at16(at + 4);
    if (marker === 0xdb) {
      for (let from = at + 4; from < end; ) {
        const wide = (bytes[from] ?? 0) >> 4 !== 0;
        const table = Uint16Array.from({ length: 64 }, (_, k) => (wide ? at16(from + 1 + 2 * k) : (bytes[from + 1 + k] ?? 0)));
        tables.quantisation.set((bytes[from] ?? 0) & 15, table);
        from += wide ? 129 : 65;
      }
    }
    if (marker === 0xc4) {
      for (let from = at + 4; from < end; ) {
        const counts = bytes.subarray(from + 1, from + 17);
        const symbols = counts.reduce((sum, count) => sum + count, 0);
        tables.huffman.set(bytes[from] ?? 0, buildHuffmanTable(counts, bytes.subarray(from + 17, from + 17 + symbols)));
        from += 17 + symbols;
      }
    }
  }
  return tables;
}

/** Codes are counted up, and shifted where they grow longer (annex C.2). */
function buildHuffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(2 ** 16);
  let from = 0;
  let at = 0;
  for (let length = 1; length <= 16; length++) {
    for (let i = 0; i < (counts[length - 1] ?? 0); i++) {
      const to = from + 2 ** (16 - length);
      table.fill((length << 8) | (symbols[at++] ?? 0), from, to);
      from = to;
    }
  }
  return table;
}

/** Entropy-coded bits, most significant first, without the zeros that are stuffed behind FF (annex F.2.2.5). */
class BitReader {
  private bits = 0;
  private count = 0;
  /** Bytes of zeros given for what is not there. */
  private missing = 0;

  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  readSymbol(table: HuffmanTable): number {
    this.fill();
    const entry = table[(this.bits >>> (this.count - 16)) & 0xffff]!;
    if (entry === 0) throw new Unreadable("The JPEG file is damaged: a code is unknown");
    this.count -= entry >> 8;
    return entry & 0xff;
  }

  /** A number of `size` bits; those that begin with 0 are negative (figure F.12). */
  readSigned(size: number): number {
    if (size === 0) return 0;
    if (size > 16) throw new Unreadable("The JPEG file is damaged: a number is too long");
    this.fill();
    this.count -= size;
    const value = (this.bits >>> this.count) & (2 ** size - 1);
    return value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
  }

  /** Goes on behind the next restart marker. */
  restart(): void {
    this.count = 0;
    this.missing = 0;
    const isRestart = (marker: number | undefined) => marker !== undefined && marker >= 0xd0 && marker <= 0xd7;
    while (this.at < this.bytes.length && !(this.bytes[this.at] === 0xff && isRestart(this.bytes[this.at + 1]))) this.at++;
    this.at += 2;
  }

  /** At least 16 bits. */
  private fill(): void {
    while (this.count < 16) {
      let byte = this.bytes[this.at];
      if (byte === undefined || (byte === 0xff && this.bytes[this.at + 1] !== 0)) {
        // A marker. A last code may be looked up with bits beyond it, no more.
        if (++this.missing > 8) throw new Unreadable("The JPEG file is cut short");
        byte = 0;
      } else this.at += byte === 0xff ? 2 : 1;
      this.bits = (this.bits << 8) | byte;
      this.count += 8;
    }
  }
}
