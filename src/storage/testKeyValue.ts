// A KeyValue in memory for tests, which can fail at any moment. Not for the lab itself.
import type { KeyValue } from "./keyValue";

export interface TestKeyValue<Value> extends KeyValue<Value> {
  readonly map: Map<string, Value>;
  /** Called before each operation that writes; what it throws, the operation throws, and nothing is written. */
  beforeWrite: (operation: "write" | "change" | "remove", key: string) => void;
}

/** Values are cloned on the way in and out, as IndexedDB does. */
export function createTestKeyValue<Value>(): TestKeyValue<Value> {
  const map = new Map<string, Value>();
  const double: TestKeyValue<Value> = {
    map,
    beforeWrite: () => {},
    read: async (key) => structuredClone(map.get(key)),
    readMany: async (keys) => structuredClone(keys.flatMap((key) => map.get(key) ?? [])),
    write: async (key, value) => {
      double.beforeWrite("write", key);
      map.set(key, structuredClone(value));
    },
    change: async (key, change) => {
      double.beforeWrite("change", key);
      map.set(key, structuredClone(change(structuredClone(map.get(key)))));
    },
    remove: async (keys) => {
      for (const key of keys) double.beforeWrite("remove", key);
      for (const key of keys) map.delete(key);
    },
    keys: async () => [...map.keys()],
    values: async () => structuredClone([...map.values()]),
  };
  return double;
}
