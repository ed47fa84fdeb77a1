// What may be wrong with the figures that weights from elsewhere get here. Pure; it draws nothing.
import { chooseEvaluated } from "../../app/evaluated";
import type { LabState } from "../../app/state";
import { type TrialSettings, targetsOf } from "../../protocol/settings";

/** Weights from elsewhere may have learnt another finding, or the very films they are tried on; null where there is nothing to say. */
export function describeMismatch(lab: LabState): string | null {
  const { choice, summary, label } = lab.weights;
  const names = (settings: TrialSettings) => formatNames(targetsOf(settings).map(({ target }) => target));
  const wanted = names(chooseEvaluated(lab).settings);
  switch (choice.kind) {
    case "fresh":
      return null;
    case "file": {
      const learnt = summary && formatNames(summary.classes);
      const other = learnt !== null && learnt !== wanted ? ` They learnt ${learnt} and are held against ${wanted} here.` : "";
      return `${label} may have been trained on some of these films; then the figures flatter it.${other}`;
    }
    case "trial": {
      const trial = lab.trials.find(({ id }) => id === choice.trialId);
      const learnt = trial ? names(trial.settings) : wanted;
      return learnt === wanted ? null : `${label} learnt ${learnt} and is held against ${wanted} here.`;
    }
  }
}

/** Targets in their order, which is that of the logits. */
const formatNames = (targets: readonly string[]) => targets.join(", ");
