// Reads what torch.save wrote, in both of its formats, as arrays by name. It runs nothing of the file (pickle.ts), and copies no array.
// (torch/serialization.py: `_save` and `_legacy_save`.)
import { NUMBER_TYPES } from "../numberTypes";
import { createFindGlobal } from "./globals";
import { Global, unpickle } from "./pickle";
import { type Refuse, refusalOf } from "./refusal";
import { findStateDict, type TorchFile } from "./stateDict";
import { type Span, STORAGE_TYPES, Storage } from "./tensor";
import { listZip } from "./zip";

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];
/** A pickle of protocol 2 that begins with a number of ten bytes: `MAGIC_NUMBER`. */
const LEGACY_MAGIC = [0x80, 0x02, 0x8a, 0x0a];
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;
/** A storage's is a number. */
const LONGEST_KEY = 1000;

const beginsWith = (buffer: ArrayBuffer, magic: number[]): boolean => {
  const bytes = new Uint8Array(buffer, 0, Math.min(magic.length, buffer.byteLength));
  return magic.every((byte, at) => bytes[at] === byte);
};

/** By what it holds, not by its name. */
export const isTorchFile = (buffer: ArrayBuffer): boolean => beginsWith(buffer, ZIP_MAGIC) || beginsWith(buffer, LEGACY_MAGIC);

/**
 * The state dict in the file, or of the whole model in it, under the names it has there. `source` names the file in errors.
 * @throws LabError weightsUnreadable
 */
export function readTorchFile(buffer: ArrayBuffer, source: string): TorchFile {
  const refuse = refusalOf(source);
  const root = beginsWith(buffer, ZIP_MAGIC) ? readZipFormat(buffer, refuse) : readLegacyFormat(buffer, refuse);
  return findStateDict(root, refuse);
}

/** `findSpan` says where a storage lies, by its key and its length in bytes. */
function createRules(refuse: Refuse, findSpan: (key: string, bytes: number) => () => Span) {
  const findPersistent = (id: unknown): Storage | Global => {
    const [kind, global, key, , length] = Array.isArray(id) ? id : [];
    // The legacy format has the source of a module's class beside it.
    if (kind === "module" && global instanceof Global) return global;
    const type = global instanceof Global ? STORAGE_TYPES.get(global.name.replace("torch.", "")) : undefined;
    const isKey = typeof key === "string" && key.length <= LONGEST_KEY;
    if (kind !== "storage" || !type || !isKey || !Number.isSafeInteger(length) || length < 0) {
      throw refuse("it refers to something that is no storage of a tensor");
    }
    return new Storage(type, length, findSpan(key, length * NUMBER_TYPES[type].bytes));
  };
  return { findGlobal: createFindGlobal(refuse), findPersistent, refuse };
}

/** torch 1.6 and later: a ZIP of `<name>/data.pkl` and `<name>/data/<key>`. */
function readZipFormat(buffer: ArrayBuffer, refuse: Refuse): unknown {
  const entries = listZip(buffer, refuse);
  const pickled = [...entries.keys()].find((name) => /^[^/]+\/data\.pkl$/.test(name));
  const place = pickled && entries.get(pickled);
  if (!place) throw refuse("it is a ZIP file without data.pkl, so torch.save did not write it");
  const folder = pickled.slice(0, pickled.indexOf("/"));
  const order = entries.get(`${folder}/byteorder`);
  if (order && new TextDecoder().decode(new Uint8Array(buffer, order.offset, Math.min(order.bytes, 8))) !== "little") {
    throw refuse("it was written in another byte order");
  }
  const rules = createRules(refuse, (key, bytes) => {
    const entry = entries.get(`${folder}/data/${key}`);
    if (!entry || entry.bytes < bytes) throw refuse(`its storage ${key} is missing or too short`);
    return () => ({ buffer, offset: entry.offset });
  });
  return unpickle(new Uint8Array(buffer, place.offset, place.bytes), 0, rules).value;
}

/** Before torch 1.6: five pickles one after the other, then each storage as its count and its bytes. */
function readLegacyFormat(buffer: ArrayBuffer, refuse: Refuse): unknown {
  const bytes = new Uint8Array(buffer);
  const places = new Map<string, number>();
  const described = new Map<string, number>();
  const rules = createRules(refuse, (key, size) => {
    if (described.has(key) && described.get(key) !== size) throw refuse(`its storage ${key} is of two sizes`);
    described.set(key, size);
    return () => ({ buffer, offset: places.get(key)! });
  });
  let at = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(bytes, at, rules);
    at = end;
    return value;
  };
  if (next() !== MAGIC_NUMBER || next() !== LEGACY_PROTOCOL) throw refuse("its magic number is not torch.save's");
  const system = next();
  if (system instanceof Map && system.get("little_endian") === false) throw refuse("it was written in another byte order");
  const root = next();
  const keys = next();
  if (!Array.isArray(keys)) throw refuse("its list of storages is damaged");
  for (const key of keys) {
    const size = described.get(key);
    // The count before it says nothing that is not known.
    if (size === undefined || at + 8 + size > bytes.length) throw refuse("its storages are not all there, so it was cut off");
    places.set(key, at + 8);
    at += 8 + size;
  }
  for (const key of described.keys()) if (!places.has(key)) throw refuse(`its storage ${key} is missing`);
  return root;
}
