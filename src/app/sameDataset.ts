// Whether the open dataset is the one that a trial learnt from. It opens none.
import type { DatasetSummary } from "../protocol/dataset";
import type { Trial } from "../protocol/training";
import { formatPlural } from "./format";

/** What to open before the trial can be gone on with, in a sentence; null where it is open. Trials of early versions know their label file only. */
export function describeOtherDataset({ id, dataset }: Pick<Trial, "id" | "dataset">, open: DatasetSummary | null): string | null {
  const isSame = dataset.fingerprint ? open?.fingerprint === dataset.fingerprint : open?.csvSha256 === dataset.csvSha256;
  if (isSame) return null;
  const what = `Trial ${id} learnt from ${dataset.name}, ${formatPlural(dataset.rows, "row")} of ${dataset.csvPath || "folders"}.`;
  return `${what} Open that dataset first${open ? `: ${open.name} is another` : ""}.`;
}
