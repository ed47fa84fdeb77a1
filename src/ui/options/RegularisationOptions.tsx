// What holds the weights back, and smooths them.
import { useCommands, useLab } from "../labContext";
import { CheckField } from "../parts/fields";
import styles from "../parts/parts.module.css";
import { OptionGroup } from "./OptionGroup";
import { SettingField } from "./SettingField";
import { regularisationWords } from "./words";

export function RegularisationOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  return (
    <OptionGroup title="Regularisation" summary={regularisationWords(settings)}>
      <SettingField field="weightDecay" disabled={disabled} />
      <CheckField
        label="Decay BatchNorm and biases too, as fastai does"
        checked={settings.normDecay}
        disabled={disabled || settings.weightDecay === 0}
        onChange={(normDecay) => changeSettings({ normDecay })}
      />
      <SettingField field="clipNorm" empty={{ value: 0, words: "never" }} disabled={disabled} />
      <p className={styles.hint}>Gradients longer than this are scaled down to it, so that one odd batch moves little.</p>
      <SettingField field="averageDecay" empty={{ value: 0, words: "none" }} disabled={disabled} />
      <p className={styles.hint}>
        Such as 0.999: the share that an average of the weights keeps of itself at each step. The average is what is validated and
        downloaded.
      </p>
    </OptionGroup>
  );
}
