// What may be wrong with the figures that weights from elsewhere get here. Pure; it draws nothing.
import { chooseEvaluated } from "../../app/evaluated";
import { formatNames } from "../../app/format";
import type { LabState } from "../../app/state";
import { toldBy } from "../../app/toldWeights";
import { findClasses } from "../../protocol/findClasses";
import { targetsOf } from "../../protocol/settings";

/** Weights from elsewhere may have learnt another finding, or the very films they are tried on; null where there is nothing to say. */
export function describeMismatch(lab: LabState): string | null {
  const { choice, label } = lab.weights;
  const wanted = targetsOf(chooseEvaluated(lab).settings).map(({ target }) => target);
  const learnt = toldBy(lab)?.classes ?? wanted;
  const isOther = findClasses(learnt, wanted) === null;
  const both = [learnt, wanted].map(formatNames);
  switch (choice.kind) {
    case "fresh":
      return null;
    case "file": {
      const other = isOther ? ` It learnt ${both[0]} and is held against ${both[1]} here.` : "";
      return `${label} may have been trained on some of these films; then the figures flatter it.${other}`;
    }
    case "trial":
      return isOther ? `${label} learnt ${both[0]} and is held against ${both[1]} here.` : null;
  }
}
