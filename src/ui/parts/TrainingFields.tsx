// The settings of the training itself, offered where a rate is looked for and where a trial is started, with what they will take.
import { chooseFit, forecastTime } from "../../app/fit";
import { ARCHITECTURES } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { AugmentationOptions } from "../options/AugmentationOptions";
import { KeepingOptions } from "../options/KeepingOptions";
import { LossOptions } from "../options/LossOptions";
import { RegularisationOptions } from "../options/RegularisationOptions";
import { ScheduleOptions } from "../options/ScheduleOptions";
import { SettingField } from "../options/SettingField";
import { TransferOptions } from "../options/TransferOptions";
import { EngineFields } from "./EngineFields";
import { NumberField, SelectField } from "./fields";
import { describeTime } from "./forecastWords";
import { formatArchitecture, formatLrField, formatMemory } from "./format";
import styles from "./parts.module.css";

const ARCHITECTURE_OPTIONS = ARCHITECTURES.map((arch) => ({ value: arch, label: formatArchitecture(arch) }));

export function TrainingFields({ disabled }: { disabled: boolean }) {
  const { arch, batchSize, epochs } = useLab((lab) => lab.settings);
  const { changeSettings, pickMaxLr } = useCommands();
  const tooLarge = useLab(({ forecast: { of, forecast } }) =>
    of && forecast && !chooseFit(forecast, of).fits
      ? `${formatMemory(forecast.gpuBytes)}, over the budget of ${formatMemory(forecast.budgetBytes)}`
      : null,
  );
  const time = useLab(({ forecast: { forecast }, settings, sample }) =>
    forecast && sample.summary ? describeTime(forecastTime(forecast, settings, sample.summary)) : null,
  );
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
        problem={tooLarge}
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
      {time && <p className={styles.hint}>{time}</p>}
      <SettingField field="maxLr" format={formatLrField} disabled={disabled} onChange={pickMaxLr} />
      <ScheduleOptions disabled={disabled} />
      <TransferOptions disabled={disabled} />
      <AugmentationOptions disabled={disabled} />
      <LossOptions disabled={disabled} />
      <RegularisationOptions disabled={disabled} />
      <KeepingOptions disabled={disabled} />
      <EngineFields disabled={disabled} />
    </>
  );
}
