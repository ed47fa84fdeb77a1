// An origin-private file system in memory, with a quota, for tests. Not for the lab itself.
import type { StoreAccess, StoreDirectory, StoreFile } from "./filmStore";

type MemoryFile = StoreFile & { kind: "file"; bytes: Uint8Array<ArrayBuffer> };
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
    values: async function* () {
      yield* entries.values();
    },
  };
}

function createMemoryFile(quota: { bytes: number }): MemoryFile {
  let isOpen = false;
  const file: MemoryFile = {
    kind: "file",
    bytes: new Uint8Array(),
    getFile: async () => new Blob([file.bytes]),
    createSyncAccessHandle: async (): Promise<StoreAccess> => {
      if (isOpen) throw new DOMException("already open", "NoModificationAllowedError");
      isOpen = true;
      return {
        write: (bytes, { at }) => {
          const growth = at + bytes.length - file.bytes.length;
          if (growth > quota.bytes) throw new DOMException("full", "QuotaExceededError");
          if (growth > 0) {
            quota.bytes -= growth;
            const longer = new Uint8Array(at + bytes.length);
            longer.set(file.bytes);
            file.bytes = longer;
          }
          file.bytes.set(bytes, at);
          return bytes.length;
        },
        truncate: (size) => {
          file.bytes = file.bytes.slice(0, size);
        },
        flush: () => {},
        close: () => {
          isOpen = false;
        },
      };
    },
  };
  return file;
}
