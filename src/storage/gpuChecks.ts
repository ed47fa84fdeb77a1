// Checks of graphics cards, as IndexedDB keeps them from one visit to the next: of each card, browser and version of the lab the newest.
import type { CheckedOn, GpuCheckReport } from "../protocol/gpuCheck";
import { type KeyValue, openKeyValue } from "./keyValue";

export interface GpuCheckStore {
  /** Null where nothing was checked on the same card, by the same browser and lab: another may compute otherwise. */
  read(on: CheckedOn): Promise<GpuCheckReport | null>;
  write(report: GpuCheckReport): Promise<void>;
}

const keyOf = ({ adapter, browser, lab }: CheckedOn) => JSON.stringify([adapter, browser, lab]);

export function createGpuCheckStore(values: KeyValue<GpuCheckReport> = openKeyValue("roentgen-lab-gpu-checks")): GpuCheckStore {
  return {
    read: async (on) => (await values.read(keyOf(on))) ?? null,
    write: (report) => values.write(keyOf(report), report),
  };
}
