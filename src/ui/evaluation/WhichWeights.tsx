// Which of the shown trial's weights are evaluated. Nothing where there is no choice.
import { chooseOffered, offerWeights } from "../../app/offeredWeights";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";

export function WhichWeights({ disabled }: { disabled: boolean }) {
  const trial = useLab(({ run, weights }) => (weights.choice.kind === "fresh" ? run.trial : null));
  const which = useLab((lab) => lab.evaluation.which);
  const { chooseEvaluated } = useCommands();
  const offered = trial ? offerWeights(trial) : [];
  if (!trial || offered.length < 2) return null;
  return (
    <SelectField
      label="Weights"
      value={chooseOffered(trial, which)}
      options={offered.map(({ which: value, label }) => ({ value, label }))}
      disabled={disabled}
      onChange={chooseEvaluated}
    />
  );
}
