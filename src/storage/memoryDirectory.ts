// An origin-private file system in memory, with a quota, for tests. Not for the lab itself.
import type { StoreAccess, StoreDirectory, StoreFile } from "./storeDirectory";

/** `reopen` is what the end of a crashed tab does: its lock on the file is gone. */
type MemoryFile = StoreFile & { kind: "file"; bytes: Uint8Array<ArrayBuffer>; reopen(): void };
export type MemoryDirectory = StoreDirectory & { kind: "directory"; entries: Map<string, MemoryDirectory | MemoryFile> };

/** `quota.bytes` is how many more bytes files may grow by. */
export function createMemoryDirectory(quota: { bytes: number } = { bytes: Infinity }): MemoryDirectory {
  const entries: MemoryDirectory["entries"] = new Map();
  const notFound = (name: string) => new DOMException(`${name} is not there`, "NotFoundError");
  return {
    kind: "directory",
    entries,
    getDirectoryHandle: async (name, options) => {
      const entry = entries.get(name) ?? (options?.create ? createMemoryDirectory(quota) : undefined);
      if (entry?.kind !== "directory") throw notFound(name);
      entries.set(name, entry);
      return entry;
    },
    getFileHandle: async (name, options) => {
      const entry = entries.get(name) ?? (options?.create ? createMemoryFile(quota) : undefined);
      if (entry?.kind !== "file") throw notFound(name);
      entries.set(name, entry);
      return entry;
    },
    keys: async function* () {
      yield* entries.keys();
    },
    removeEntry: async (name) => {
      if (!entries.delete(name)) throw notFound(name);
    },
  };
}

function createMemoryFile(quota: { bytes: number }): MemoryFile {
  let isOpen = false;
  let readers = 0;
  const resize = (size: number) => {
    const growth = size - file.bytes.length;
    if (growth > quota.bytes) throw new DOMException("full", "QuotaExceededError");
    quota.bytes -= growth;
    const resized = new Uint8Array(size);
    resized.set(file.bytes.subarray(0, size));
    file.bytes = resized;
  };
  const file: MemoryFile = {
    kind: "file",
    bytes: new Uint8Array(),
    reopen: () => {
      isOpen = false;
    },
    getFile: async () => new Blob([file.bytes]),
    createSyncAccessHandle: async (options): Promise<StoreAccess> => {
      const readOnly = options?.mode === "read-only";
      if (isOpen || (readers > 0 && !readOnly)) throw new DOMException("already open", "NoModificationAllowedError");
      if (readOnly) readers++;
      else isOpen = true;
      return {
        mode: readOnly ? "read-only" : "readwrite",
        read: (bytes, { at }) => {
          const held = file.bytes.subarray(at, at + bytes.length);
          bytes.set(held);
          return held.length;
        },
        write: (bytes, { at }) => {
          if (at + bytes.length > file.bytes.length) resize(at + bytes.length);
          file.bytes.set(bytes, at);
          return bytes.length;
        },
        truncate: resize,
        flush: () => {},
        close: () => {
          if (readOnly) readers--;
          else isOpen = false;
        },
      };
    },
  };
  return file;
}
