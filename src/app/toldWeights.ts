// What the chosen weights tell, whether a file's or a trial's. Computes nothing with them.
import { describeReplacement } from "../protocol/replacement";
import { type Head, targetsOf } from "../protocol/settings";
import type { LabState } from "./state";

/** Null for fresh weights, and for a trial that is not here any more. */
export function toldBy({ weights: { choice, summary }, trials }: LabState): { classes: string[]; head: Head } | null {
  if (choice.kind !== "trial") return summary;
  const trial = trials.find(({ id }) => id === choice.trialId);
  return trial ? { classes: targetsOf(trial.settings).map(({ target }) => target), head: trial.settings.head } : null;
}

/** What a trial that began now would not take over of them, in a sentence; null where it takes over all. */
export function describeReplaced(lab: LabState): string | null {
  const told = toldBy(lab);
  return told && describeReplacement(told, lab.settings);
}
