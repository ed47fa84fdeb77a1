// What the present settings make of the open folder, in figures. It counts nothing itself.
import type { SampleSummary } from "../../protocol/dataset";
import { useLab } from "../labContext";

/** Null where they are not known: where the settings make no sample, those at hand are of the one before. */
export function useCounts(): SampleSummary | null {
  return useLab(({ sample }) => (sample.state === "failed" ? null : sample.summary));
}
