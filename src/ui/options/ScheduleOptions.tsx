// How the learning rate and momentum go over the run, with what that looks like.
import { SCHEDULE_NAMES } from "../../app/format";
import { MOMENTUM_RULE } from "../../protocol/settingRules";
import { SCHEDULES, type ScheduleName } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { RuleField, SelectField } from "../parts/fields";
import styles from "../parts/parts.module.css";
import { OptionGroup } from "./OptionGroup";
import { RatePreview } from "./RatePreview";
import { SettingField } from "./SettingField";
import { scheduleWords } from "./words";

const OPTIONS = SCHEDULES.map((value) => ({ value, label: SCHEDULE_NAMES[value] }));

const WORDS: Record<ScheduleName, string> = {
  oneCycle: "The rate rises to Max LR, then falls to nearly nothing, while momentum does the opposite (fastai's fit_one_cycle).",
  flatCos: "The rate stays at Max LR, then falls along a cosine (fastai's fit_flat_cos).",
  constant: "The rate stays at Max LR.",
  plateau:
    "The rate stays at Max LR until the validation loss falls no more for so many epochs; then it is multiplied by Factor.",
};

export function ScheduleOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const { schedule } = settings;
  return (
    <OptionGroup title="Schedule" summary={scheduleWords(settings)}>
      <SelectField
        label="Kind"
        value={schedule}
        options={OPTIONS}
        disabled={disabled}
        onChange={(chosen) => changeSettings({ schedule: chosen })}
      />
      <ScheduleFields schedule={schedule} disabled={disabled} />
      <RatePreview />
      <p className={styles.hint}>{WORDS[schedule]}</p>
    </OptionGroup>
  );
}

/** Only those that the kind knows. */
function ScheduleFields({ schedule, disabled }: { schedule: ScheduleName; disabled: boolean }) {
  switch (schedule) {
    case "oneCycle":
      return (
        <>
          <SettingField field="pctStart" disabled={disabled} />
          <SettingField field="divFactor" disabled={disabled} />
          <SettingField field="finalDiv" disabled={disabled} />
          <MomentumField label="Momentum at the ends" of="moms" at={0} disabled={disabled} />
          <MomentumField label="Momentum at the top" of="moms" at={1} disabled={disabled} />
        </>
      );
    case "flatCos":
      return (
        <>
          <SettingField field="flatPct" disabled={disabled} />
          <SettingField field="flatFinalDiv" disabled={disabled} />
          <MomentumField label="Momentum" of="betas" at={0} disabled={disabled} />
        </>
      );
    case "constant":
      return <MomentumField label="Momentum" of="betas" at={0} disabled={disabled} />;
    case "plateau":
      return (
        <>
          <SettingField field="plateauPatience" unit="epochs" disabled={disabled} />
          <SettingField field="plateauFactor" disabled={disabled} />
          <MomentumField label="Momentum" of="betas" at={0} disabled={disabled} />
        </>
      );
  }
}

interface MomentumFieldProps {
  label: string;
  of: "moms" | "betas";
  at: 0 | 1;
  disabled: boolean;
}

function MomentumField({ label, of, at, disabled }: MomentumFieldProps) {
  const pair = useLab((lab) => lab.settings[of]);
  const { changeSettings } = useCommands();
  return (
    <RuleField
      label={label}
      value={pair[at]}
      holds={MOMENTUM_RULE.holds}
      form={MOMENTUM_RULE.wanted}
      disabled={disabled}
      onChange={(value) => changeSettings({ [of]: at === 0 ? [value, pair[1]] : [pair[0], value] })}
    />
  );
}
