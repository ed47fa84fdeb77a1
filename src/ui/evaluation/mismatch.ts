// Whether the weights that are evaluated next learnt what they are held against. Pure; it draws nothing.
import { chooseEvaluated, evaluatedTrial, nameEvaluated } from "../../app/evaluated";
import { formatNames } from "../../app/format";
import type { LabState } from "../../app/state";
import { findClasses } from "../../protocol/findClasses";
import { type TrialSettings, targetsOf } from "../../protocol/settings";

/** In a sentence; null where they did, or what they learnt is not known. */
export function describeMismatch(lab: LabState): string | null {
  const wanted = namesOf(chooseEvaluated(lab).settings);
  const trial = evaluatedTrial(lab);
  const learnt = trial ? namesOf(trial.settings) : (lab.weights.summary?.classes ?? wanted);
  if (findClasses(learnt, wanted)) return null;
  return `${nameEvaluated(lab)} learnt ${formatNames(learnt)} and is held against ${formatNames(wanted)} here.`;
}

const namesOf = (settings: TrialSettings) => targetsOf(settings).map(({ target }) => target);
