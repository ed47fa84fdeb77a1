// One IndexedDB database as a typed map from strings to values. It knows nothing of what it keeps.
import { createStore, delMany, get, getMany, keys, set, update, values } from "idb-keyval";
import { LabError } from "../protocol/labError";

/** Each call is one transaction: it happens wholly or not at all. All throw LabError storageFull or storageFailed. */
export interface KeyValue<Value> {
  read(key: string): Promise<Value | undefined>;
  /** Of these keys' values those that are there, in their order. */
  readMany(keys: string[]): Promise<Value[]>;
  write(key: string, value: Value): Promise<void>;
  /** Reads and writes in one transaction, so that two tabs never take the same number. */
  change(key: string, change: (old: Value | undefined) => Value): Promise<void>;
  remove(keys: string[]): Promise<void>;
  keys(): Promise<string[]>;
  values(): Promise<Value[]>;
}

export function openKeyValue<Value>(database: string): KeyValue<Value> {
  const store = createStore(database, "values");
  return {
    read: (key) => named(get<Value>(key, store)),
    readMany: (which) =>
      named(getMany<Value | undefined>(which, store).then((found) => found.filter((value) => value !== undefined))),
    write: (key, value) => named(set(key, value, store)),
    change: (key, change) => named(update<Value>(key, change, store)),
    remove: (which) => named(delMany(which, store)),
    keys: () => named(keys<string>(store)),
    values: () => named(values<Value>(store)),
  };
}

async function named<Result>(request: Promise<Result>): Promise<Result> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof LabError ? error : storageError(error);
  }
}

/** What the browser says of its storage, as a LabError. */
export function storageError(error: unknown): LabError {
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return new LabError(
      "storageFull",
      "The browser's storage for this page is full. Delete older trials, or free space on the disk, then go on.",
    );
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new LabError(
    "storageFailed",
    `The browser's storage could not be used (${detail}). A private window may forbid it: use an ordinary one, and reload the page.`,
  );
}
