// A whole trial as one file, and back: its record, its sample, every checkpoint. It keeps nothing and numbers nothing.
import type { PreparedSample } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import type { CheckpointRef, Trial } from "../protocol/training";
import { isEntry, isSample, isTrial } from "./archivedShape";
import type { KeptRecord } from "./checkpoints";
import { readSettings } from "./settings";
import { sha256 } from "./sha256";

// trial-27.roentgen   8 bytes "ROENTGEN", the header's length as a little-endian uint32, its SHA-256 in 64 hexadecimal digits, the header as
//                     JSON, then the checkpoints' bytes one after another. Each checkpoint's own header, which is in this one, holds the
//                     SHA-256 of its bytes. Typed arrays stand in the JSON as {"typedArray": "Uint32Array", "values": [...]}.

const MAGIC = "ROENTGEN";
const FORMAT_VERSION = 1;
const PREFIX_BYTES = MAGIC.length + 4 + 64;

interface Header {
  formatVersion: number;
  /** The trial as it is downloaded by itself, for whoever reads the file with other tools. */
  file: unknown;
  trial: Trial;
  sample: PreparedSample;
  checkpoints: { ref: CheckpointRef; header: string; headerSha256: string; bytes: number }[];
}

export interface ArchivedTrial {
  trial: Trial;
  sample: PreparedSample;
  /** Read from the file one at a time. */
  records(): AsyncGenerator<KeptRecord>;
}

/** One checkpoint at a time is in memory: the blob's parts are the browser's to put on disk. */
export async function packTrial(
  { trial, sample, file }: Pick<Header, "trial" | "sample" | "file">,
  records: AsyncIterable<KeptRecord>,
): Promise<Blob> {
  const checkpoints: Header["checkpoints"] = [];
  const parts: Blob[] = [];
  for await (const { ref, record } of records) {
    const { header, headerSha256, bytes } = record;
    checkpoints.push({ ref, header, headerSha256, bytes: bytes.byteLength });
    parts.push(new Blob([bytes]));
  }
  const content: Header = { formatVersion: FORMAT_VERSION, file, trial, sample, checkpoints };
  const header = new TextEncoder().encode(JSON.stringify(content, packArrays));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, header.length, true);
  return new Blob([MAGIC, length, await sha256(header), header, ...parts], { type: "application/octet-stream" });
}

/** @throws LabError archiveUnreadable, naming the file */
export async function readTrialArchive(file: Blob, name: string): Promise<ArchivedTrial> {
  const refuse = (why: string, wayOut = "Export the trial again where it was trained, or copy the file anew.") =>
    new LabError("archiveUnreadable", `${name} cannot be read as a trial: ${why}. ${wayOut}`, name);
  const prefix = new DataView(await file.slice(0, PREFIX_BYTES).arrayBuffer());
  const text = new TextDecoder("latin1").decode(prefix);
  if (!text.startsWith(MAGIC)) throw refuse("it is no file of a whole trial", "Choose one that ends in .roentgen.");
  if (prefix.byteLength < PREFIX_BYTES) throw refuse("it was cut off");
  const bodyStart = PREFIX_BYTES + prefix.getUint32(MAGIC.length, true);
  const headerBytes = await file.slice(PREFIX_BYTES, bodyStart).arrayBuffer();
  if ((await sha256(headerBytes)) !== text.slice(MAGIC.length + 4)) throw refuse("its beginning is damaged or was cut off");
  const { formatVersion, trial, sample, checkpoints } = parseHeader(headerBytes) ?? {};
  if (formatVersion !== FORMAT_VERSION) {
    throw refuse(
      `its format is ${formatVersion ?? "unknown"}, and this version of the lab reads ${FORMAT_VERSION}`,
      "Import it in the version that wrote it.",
    );
  }
  if (!isTrial(trial) || !isSample(sample) || !Array.isArray(checkpoints) || !checkpoints.every(isEntry)) {
    throw refuse("it lacks what makes a trial");
  }
  const end = checkpoints.reduce((at, { bytes }) => at + bytes, bodyStart);
  if (end !== file.size) throw refuse(`it has ${file.size} bytes instead of ${end}`);
  return {
    trial: { ...trial, settings: readSettings(trial.settings) },
    sample,
    async *records() {
      let at = bodyStart;
      for (const { ref, header, headerSha256, bytes } of checkpoints) {
        yield { ref, record: { header, headerSha256, bytes: await file.slice(at, at + bytes).arrayBuffer() } };
        at += bytes;
      }
    },
  };
}

/** What samples are made of. */
const TYPED_ARRAYS = { Uint8Array, Uint32Array };

interface PackedArray {
  typedArray: keyof typeof TYPED_ARRAYS;
  values: number[];
}

function packArrays(_: string, value: unknown): unknown {
  for (const [name, Type] of Object.entries(TYPED_ARRAYS)) {
    if (value instanceof Type) return { typedArray: name, values: Array.from(value) };
  }
  return value;
}

function unpackArrays(_: string, value: unknown): unknown {
  const { typedArray, values } = (value ?? {}) as Partial<PackedArray>;
  if (!typedArray || !Object.hasOwn(TYPED_ARRAYS, typedArray) || !Array.isArray(values)) return value;
  return TYPED_ARRAYS[typedArray].from(values);
}

/** Its sum is right, so it is as it was written; by whom is not known, so each field may still be missing. */
function parseHeader(bytes: ArrayBuffer): Partial<Header> | null {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes), unpackArrays);
    return typeof header === "object" ? header : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
