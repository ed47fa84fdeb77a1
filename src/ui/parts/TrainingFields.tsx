// The settings of the training itself, offered where a rate is looked for and where a trial is started.
import { ARCHITECTURES } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { LrField, NumberField, SelectField } from "./fields";
import { formatArchitecture } from "./format";

const ARCHITECTURE_OPTIONS = ARCHITECTURES.map((arch) => ({ value: arch, label: formatArchitecture(arch) }));

export function TrainingFields({ disabled }: { disabled: boolean }) {
  const { arch, batchSize, epochs, maxLr } = useLab((lab) => lab.settings);
  const { changeSettings, pickMaxLr } = useCommands();
  return (
    <>
      <SelectField
        label="Architecture"
        value={arch}
        options={ARCHITECTURE_OPTIONS}
        disabled={disabled}
        onChange={(chosen) => changeSettings({ arch: chosen })}
      />
      <NumberField
        label="Batch size"
        value={batchSize}
        min={1}
        max={1024}
        unit="films"
        disabled={disabled}
        onChange={(films) => changeSettings({ batchSize: films })}
      />
      <NumberField
        label="Epochs"
        value={epochs}
        min={1}
        max={1000}
        disabled={disabled}
        onChange={(planned) => changeSettings({ epochs: planned })}
      />
      <LrField label="Max LR" value={maxLr} disabled={disabled} onChange={pickMaxLr} />
    </>
  );
}
