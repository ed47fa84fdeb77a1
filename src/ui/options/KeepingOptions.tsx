// Which weights of a run are kept, and when it ends before its last epoch.
import { METRIC_NAMES } from "../../protocol/metrics";
import { METRICS } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "../parts/fields";
import styles from "../parts/parts.module.css";
import { OptionGroup } from "./OptionGroup";
import { SettingField } from "./SettingField";
import { keepingWords } from "./words";

const METRIC_OPTIONS = METRICS.map((value) => ({ value, label: METRIC_NAMES[value] }));

export function KeepingOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  return (
    <OptionGroup title="Keeping" summary={keepingWords(settings)}>
      <SelectField
        label="Best by"
        value={settings.keepBest}
        options={METRIC_OPTIONS}
        disabled={disabled}
        onChange={(keepBest) => changeSettings({ keepBest })}
      />
      <SettingField field="earlyStop" unit="epochs" empty={{ value: 0, words: "never" }} disabled={disabled} />
      <p className={styles.hint}>The run ends after so many epochs without a better one; its best is kept either way.</p>
      <SettingField field="averageLast" unit="epochs" empty={{ value: 0, words: "none" }} disabled={disabled} />
      <p className={styles.hint}>
        The weights of the last epochs are kept too, to be averaged when they are evaluated or downloaded.
      </p>
      <SettingField field="checkpointEverySteps" unit="steps" disabled={disabled} />
    </OptionGroup>
  );
}
