// What a kept checkpoint says beside its weights, read back: the steps that led to it, and the logits of its validation. Reads no weights on.
import type { StepColumns } from "../protocol/steps";
import type { Trial } from "../protocol/training";
import type { CheckpointStore } from "../storage/checkpoints";

export interface History {
  steps: StepColumns;
  epochs: number;
  /** [films, targets]; empty where it was kept within an epoch, or by an earlier version. */
  valid: Float32Array;
  /** That another checkpoint stands in for a damaged one, in a sentence; null where none does. */
  notice: string | null;
}

/** Null where the trial has no checkpoint. @throws LabError checkpointDamaged */
export type ReadHistory = (trial: Trial, which: "last" | "best") => Promise<History | null>;

/**
 * A checkpoint is read and checked as a whole, weights and all: whoever asks for a trial's steps asks for its validation next, so what was
 * read last is remembered.
 */
export function createHistoryReader(checkpoints: Pick<CheckpointStore, "read">): ReadHistory {
  let latest: { key: string; history: Promise<History | null> } | null = null;
  return (trial, which) => {
    const { last, best } = trial.checkpoints;
    const key = ((which === "best" && best) || last)?.key ?? "";
    if (latest?.key === key) return latest.history;
    const read = { key, history: readHistory(checkpoints, trial, which) };
    latest = read;
    read.history.catch(() => {
      // It may have been the storage, and come right.
      if (latest === read) latest = null;
    });
    return read.history;
  };
}

async function readHistory(checkpoints: Pick<CheckpointStore, "read">, trial: Trial, which: "last" | "best") {
  let notice: string | null = null;
  const checkpoint = await checkpoints.read(trial, which, (sentence) => {
    notice = sentence;
  });
  if (!checkpoint) return null;
  const { epoch, loss, lr, momentum } = checkpoint.steps;
  return {
    // Copies: the checkpoint's are views of all its bytes, which would be kept for them, and cross to the page with them.
    steps: { epoch: epoch.slice(), loss: loss.slice(), lr: lr.slice(), momentum: momentum.slice() },
    epochs: checkpoint.epochs.length,
    valid: checkpoint.valid.slice(),
    notice,
  };
}
