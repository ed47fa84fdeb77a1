// The kept trial whose weights the next one begins from, from one visit to the next: which, none of its weights. Files are not kept.
import type { WeightsChoice } from "../protocol/training";
import { type KeyValue, openKeyValue } from "./keyValue";

export type TrialChoice = Extract<WeightsChoice, { kind: "trial" }>;

export interface BeginningStore {
  read(): Promise<TrialChoice | null>;
  /** What is no trial's is kept as none. */
  write(choice: WeightsChoice): Promise<void>;
}

const KEY = "next";

export function createBeginningStore(
  values: KeyValue<TrialChoice | null> = openKeyValue("roentgen-lab-beginning"),
): BeginningStore {
  return {
    read: async () => (await values.read(KEY)) ?? null,
    write: (choice) => values.write(KEY, choice.kind === "trial" ? choice : null),
  };
}
