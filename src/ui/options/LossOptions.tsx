// What is lost by a wrong answer.
import { LOSSES, type LossName } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import styles from "../parts/parts.module.css";
import { OptionGroup } from "./OptionGroup";
import { SettingField } from "./SettingField";
import { lossWords } from "./words";

const LOSS_NAMES: Record<LossName, string> = { bce: "cross-entropy", focal: "focal" };
const LOSS_OPTIONS = LOSSES.map((value) => ({ value, label: LOSS_NAMES[value] }));

export function LossOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const isPlain = settings.loss !== "focal";
  return (
    <OptionGroup title="Loss" summary={lossWords(settings)}>
      <SelectField
        label="Loss"
        value={settings.loss}
        options={LOSS_OPTIONS}
        disabled={disabled}
        onChange={(loss) => changeSettings({ loss })}
      />
      <SettingField field="focalGamma" disabled={disabled || isPlain} />
      <SettingField field="focalAlpha" empty={{ value: -1, words: "none" }} disabled={disabled || isPlain} />
      <p className={styles.hint}>
        Focal loss counts films that are told well for less, the more so the higher gamma is; alpha is the weight of positives.
        Validation loss is plain cross-entropy all the same.
      </p>
      <SettingField field="labelSmoothing" disabled={disabled} />
      <p className={styles.hint}>
        0.1 takes labels 0 and 1 as 0.05 and 0.95, which labels that are read off reports may well deserve. Class weights are the
        Balance step's “weight”
        {settings.balance === "weight" ? ", which is chosen." : "."}
      </p>
    </OptionGroup>
  );
}
