// Whether the prepared test set is evaluated, or the validation films of the shown trial. Nothing where there is no choice.
import { preparedTestSet } from "../../app/evaluated";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import { formatPlural } from "../parts/format";

export function WhichFilms({ disabled }: { disabled: boolean }) {
  const testSet = useLab(preparedTestSet);
  const folder = useLab((lab) => lab.dataset.summary?.name);
  const trial = useLab((lab) => lab.run.trial);
  const onValidation = useLab((lab) => lab.evaluation.onValidation);
  const { chooseFilms } = useCommands();
  if (!testSet || !trial) return null;
  return (
    <SelectField
      label="Films"
      value={onValidation ? "validation" : "testSet"}
      options={[
        { value: "testSet", label: `test set: ${formatPlural(testSet.valid.slots.length, "film")} of ${folder}` },
        { value: "validation", label: `validation films of trial ${trial.id}` },
      ]}
      disabled={disabled}
      onChange={chooseFilms}
    />
  );
}
