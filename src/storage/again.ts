// The file of the trial that the next one is to repeat, from one visit to the next. What it may hold is judged when it is taken (trialFile.ts).
import type { TrialFile } from "../protocol/again";
import { type KeyValue, openKeyValue } from "./keyValue";
import { completeSettings } from "./trials";

export interface AgainStore {
  /** Null where the next trial repeats none. */
  read(): Promise<TrialFile | null>;
  write(file: TrialFile | null): Promise<void>;
}

const KEY = "next";

export function createAgainStore(values: KeyValue<TrialFile | null> = openKeyValue("roentgen-lab-again")): AgainStore {
  return {
    async read() {
      const file = await values.read(KEY);
      // It may have been taken by an earlier version.
      return file ? { ...file, settings: completeSettings(file.settings) } : null;
    },
    write: (file) => values.write(KEY, file),
  };
}
