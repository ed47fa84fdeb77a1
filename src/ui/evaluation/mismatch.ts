// What may be wrong with the figures that weights from elsewhere get here. Pure; it draws nothing.
import { chooseEvaluated } from "../../app/evaluated";
import type { LabState } from "../../app/state";

/** Weights from elsewhere may have learnt another finding, or the very films they are tried on; null where there is nothing to say. */
export function describeMismatch(lab: LabState): string | null {
  const { choice, summary, label } = lab.weights;
  const { target } = chooseEvaluated(lab).settings;
  switch (choice.kind) {
    case "fresh":
      return null;
    case "file": {
      const learnt = summary?.classes[0];
      const other =
        learnt !== undefined && learnt !== target ? ` They learnt ${learnt} and are held against ${target} here.` : "";
      return `${label} may have been trained on some of these films; then the figures flatter it.${other}`;
    }
    case "trial": {
      const learnt = lab.trials.find(({ id }) => id === choice.trialId)?.settings.target;
      return learnt !== undefined && learnt !== target ? `${label} learnt ${learnt} and is held against ${target} here.` : null;
    }
  }
}
