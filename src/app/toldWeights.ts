// What the chosen weights tell, whether a file's or a trial's. Computes nothing with them.
import { describePick, describeReplacement, describeScale, type Told } from "../protocol/replacement";
import { targetsOf } from "../protocol/settings";
import type { LabState } from "./state";

/** Null for fresh weights, and for a trial that is not here any more. */
export function toldBy({ weights: { choice, summary }, trials }: LabState): Told | null {
  if (choice.kind !== "trial") return summary;
  const settings = trials.find(({ id }) => id === choice.trialId)?.settings;
  return settings ? { ...settings, classes: targetsOf(settings).map(({ target }) => target) } : null;
}

/** What becomes of their classifier in a trial that began now, in a sentence; null where it is taken over whole. */
export function describeHead(lab: LabState): string | null {
  const told = toldBy(lab);
  return told && (describeReplacement(told, lab.settings) ?? describePick(told, lab.settings));
}

/** That a trial that began now would scale films otherwise than they want them; null where it would not. */
export function describeOtherScale(lab: LabState): string | null {
  const told = toldBy(lab);
  return told && describeScale(told, lab.settings);
}
