// A sample whose films are all held out: a test set, for networks that were trained elsewhere. It samples nothing.
import type { SampleSummary } from "./dataset";
import { LabError } from "./labError";

export const isTestSet = ({ train }: Pick<SampleSummary, "train">) => train.films === 0;

/** Why nothing is trained of such a sample, and what to do instead. */
export const NOTHING_TO_TRAIN =
  "All films of this sample are a test set: none is left to train on. Evaluate a trial on them, or choose a share as Validation share.";

/** @throws LabError noFilms */
export function demandTraining(summary: Pick<SampleSummary, "train">): void {
  if (isTestSet(summary)) throw new LabError("noFilms", NOTHING_TO_TRAIN, "Validation share");
}
