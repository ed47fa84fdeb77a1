// Reads and writes the safetensors format (github.com/huggingface/safetensors, README "Format"): an 8-byte little-endian header
// length, a JSON header, then the data. Not aware of models: see `weights.ts`.
import { LabError } from "../protocol/labError";
import type { NamedArrays } from "./engine";
import { countElements, NUMBER_TYPES, type NumberType, readNumbers, writeFloats } from "./numberTypes";

export interface SafetensorsFile {
  arrays: NamedArrays;
  /** `__metadata__`: strings only, as the format has it. */
  metadata: Record<string, string>;
}

/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;

const DTYPES = new Map<string, NumberType>(Object.entries(NUMBER_TYPES));

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/**
 * Reads every array as float32, whatever its type in the file (`NUMBER_TYPES`).
 * The data must be covered without gaps or overlaps, as the format demands. `source` names the file in errors.
 * @throws LabError weightsUnreadable
 */
export function readSafetensors(buffer: ArrayBuffer, source: string): SafetensorsFile {
  const unreadable = (why: string, at?: string) =>
    new LabError(
      "weightsUnreadable",
      `${source} cannot be read as a safetensors file: ${why}. Choose another file, or download it again.`,
      at,
    );
  if (buffer.byteLength < 8) throw unreadable(`it has only ${buffer.byteLength} bytes`);
  const view = new DataView(buffer);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(Math.min(MAX_HEADER_BYTES, buffer.byteLength - 8))) {
    throw unreadable("its header would be longer than the file");
  }
  const dataStart = 8 + Number(headerBytes);
  const dataBytes = buffer.byteLength - dataStart;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, 8, Number(headerBytes))));
  } catch {
    throw unreadable("its header is not JSON");
  }
  if (!isRecord(header)) throw unreadable("its header is not a JSON object");

  const metadata: Record<string, string> = {};
  const spans: { name: string; start: number; end: number; shape: number[]; type: NumberType }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (!isRecord(entry)) throw unreadable(`the entry ${name} is not an object`, name);
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(entry)) {
        if (typeof value !== "string") throw unreadable(`its metadata ${key} is not a string`, key);
        metadata[key] = value;
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    const type = typeof dtype === "string" ? DTYPES.get(dtype) : undefined;
    if (!type) throw unreadable(`${name} has the type ${String(dtype)}; ${[...DTYPES.keys()].join(", ")} are understood`, name);
    if (!isCounts(shape)) throw unreadable(`${name} has no proper shape`, name);
    if (!isCounts(offsets) || offsets.length !== 2) throw unreadable(`${name} has no proper data_offsets`, name);
    const [start = 0, end = 0] = offsets;
    const size = countElements(shape);
    if (end > dataBytes || start > end) throw unreadable(`${name} reaches beyond the end of the file`, name);
    if (end - start !== size * type.bytes) {
      throw unreadable(`${name} [${shape.join(", ")}] needs ${size * type.bytes} bytes but has ${end - start}`, name);
    }
    spans.push({ name, start, end, shape, type });
  }

  // Before anything is read: arrays over the same bytes could ask for more memory than there is.
  let covered = 0;
  for (const { name, start, end } of spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered)
      throw unreadable(`${name} ${start < covered ? "overlaps another array" : "leaves a gap before it"}`, name);
    covered = end;
  }
  if (covered !== dataBytes) throw unreadable(`${dataBytes - covered} bytes at its end belong to no array`);
  const arrays: NamedArrays = new Map(
    spans.map(({ name, start, shape, type }) => [
      name,
      { shape, data: readNumbers(view, dataStart + start, countElements(shape), type) },
    ]),
  );
  return { arrays, metadata };
}

/** Writes float32 arrays, in the order given. Names that the format reserves are a programming mistake. */
export function writeSafetensors({ arrays, metadata }: SafetensorsFile): ArrayBuffer {
  if (arrays.has("__metadata__")) throw new Error("An array cannot be named __metadata__");
  let dataBytes = 0;
  const entries = [...arrays].map(([name, { shape, data }]): [string, unknown] => {
    const start = dataBytes;
    dataBytes += data.length * 4;
    return [name, { dtype: "F32", shape, data_offsets: [start, dataBytes] }];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries([["__metadata__", metadata], ...entries])));
  // The data begins on a multiple of 8 bytes; the format pads with spaces.
  const headerBytes = Math.ceil(header.length / 8) * 8;
  const buffer = new ArrayBuffer(8 + headerBytes + dataBytes);
  const view = new DataView(buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  new Uint8Array(buffer, 8, headerBytes).fill(0x20);
  new Uint8Array(buffer, 8).set(header);
  let offset = 8 + headerBytes;
  for (const { data } of arrays.values()) {
    writeFloats(view, offset, data);
    offset += data.length * 4;
  }
  return buffer;
}
