// What a kept trial's network said of its validation films, read back for comparing. Validates nothing anew.
import type { PreparedSample } from "../protocol/dataset";
import type { KeptValidation, Trial } from "../protocol/training";
import type { ReadHistory } from "./histories";

/** Null where the checkpoint was kept within an epoch or by an earlier version. @throws LabError checkpointDamaged */
export async function readKeptValidation(
  readHistory: ReadHistory,
  trial: Trial,
  { targets, valid, validFacts, validPaths }: PreparedSample,
  which: "last" | "best",
): Promise<KeptValidation | null> {
  const history = await readHistory(trial, which);
  if (!history || history.valid.length === 0) return null;
  return {
    epoch: history.epochs - 1,
    targets,
    logits: history.valid,
    labels: valid.labels,
    films: valid.films ?? null,
    patients: validFacts?.patients ?? null,
    paths: validPaths,
    notice: history.notice,
  };
}
