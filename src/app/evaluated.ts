// Which films an evaluation looks at, and with which settings. It reads none and evaluates nothing.
import type { TrialSettings } from "../protocol/settings";
import type { Trial } from "../protocol/training";
import type { LabState } from "./state";

export interface Evaluated {
  /** Whose validation films are looked at; null where it is the prepared ones. */
  trial: Trial | null;
  /** What those films were labelled, split and prepared with, on the network of the weights. */
  settings: TrialSettings;
}

export function chooseEvaluated({ weights, preparation, run: { trial }, settings }: LabState): Evaluated {
  const fromElsewhere = weights.choice.kind !== "fresh";
  if (!trial || (fromElsewhere && preparation.sample)) return { trial: null, settings };
  // After a reload the folder is forgotten, and the shown trial's films stand in for it.
  return { trial, settings: fromElsewhere ? { ...trial.settings, arch: settings.arch } : trial.settings };
}
