// What a kept trial's network said of its validation films, read back for comparing. Validates nothing anew.
import type { PreparedSample } from "../protocol/dataset";
import type { KeptValidation, Trial } from "../protocol/training";
import type { CheckpointStore } from "../storage/checkpoints";

/** Null where the checkpoint was kept within an epoch or by an earlier version. @throws LabError checkpointDamaged */
export async function readKeptValidation(
  checkpoints: Pick<CheckpointStore, "read">,
  trial: Trial,
  { targets, valid, validFacts, validPaths }: PreparedSample,
  which: "last" | "best",
): Promise<KeptValidation | null> {
  let notice: string | null = null;
  const checkpoint = await checkpoints.read(trial, which, (sentence) => {
    notice = sentence;
  });
  if (!checkpoint || checkpoint.valid.length === 0) return null;
  return {
    epoch: checkpoint.epochs.length - 1,
    targets,
    // A copy: the checkpoint's is a view of all its bytes, which would cross to the page with it.
    logits: checkpoint.valid.slice(),
    labels: valid.labels,
    films: valid.films ?? null,
    patients: validFacts?.patients ?? null,
    paths: validPaths,
    notice,
  };
}
