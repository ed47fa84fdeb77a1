// Which films an evaluation looks at, and with which settings. It reads none and evaluates nothing.
import { sampleSettingsOf, type TrialSettings } from "../protocol/settings";
import { isTestSet } from "../protocol/testSet";
import type { Trial } from "../protocol/training";
import type { LabState } from "./state";

export interface Evaluated {
  /** Whose validation films are looked at; null where it is the prepared ones. */
  trial: Trial | null;
  /** What those films were labelled, split and prepared with, on the network of the weights. */
  settings: TrialSettings;
}

export function chooseEvaluated(lab: LabState): Evaluated {
  const { weights, preparation, run, settings, evaluation } = lab;
  const { trial } = run;
  const fromElsewhere = weights.choice.kind !== "fresh";
  // A test set is prepared for nothing else; other prepared films are the next trial's, and no trial's before.
  const takesPrepared = preparedTestSet(lab) ? !evaluation.onValidation : fromElsewhere && preparation.sample !== null;
  if (!trial) return { trial: null, settings };
  if (takesPrepared)
    return { trial: null, settings: fromElsewhere ? settings : { ...trial.settings, ...sampleSettingsOf(settings) } };
  // After a reload the folder is forgotten, and the shown trial's films stand in for it.
  return { trial, settings: fromElsewhere ? { ...trial.settings, arch: settings.arch } : trial.settings };
}

/** The prepared films where all of them are a test set; null where they are not. */
export function preparedTestSet({ preparation: { sample } }: LabState) {
  return sample && isTestSet(sample.summary) ? sample : null;
}

/** The trial whose own weights are evaluated; null where they are from elsewhere. */
export function evaluatedTrial({ weights, run: { trial }, trials }: LabState): Trial | null {
  const { choice } = weights;
  if (choice.kind === "trial") return trials.find(({ id }) => id === choice.trialId) ?? null;
  return choice.kind === "fresh" ? trial : null;
}

/** What is evaluated next, as a sentence begins with it. */
export function nameEvaluated({ weights, run: { trial } }: LabState): string {
  return weights.choice.kind === "fresh" && trial ? `Trial ${trial.id}` : weights.label;
}
