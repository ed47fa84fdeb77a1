// The field of a numeric setting: named, checked and refused by the setting's own rule.
import { type NumericSetting, SETTING_RULES } from "../../protocol/settingRules";
import { useCommands, useLab } from "../labContext";
import { RuleField } from "../parts/fields";

interface SettingFieldProps {
  field: NumericSetting;
  disabled: boolean;
  unit?: string;
  /** The value that an empty field stands for, and what is shown in it then. */
  empty?: { value: number; words: string };
  format?: (value: number) => string;
  /** Where more than the setting changes with it. */
  onChange?: (value: number) => void;
}

export function SettingField({ field, ...more }: SettingFieldProps) {
  const value = useLab((lab) => lab.settings[field]);
  const { changeSettings } = useCommands();
  const { name, wanted, holds } = SETTING_RULES[field];
  return (
    <RuleField
      label={name}
      value={value}
      holds={holds}
      form={wanted}
      onChange={(n) => changeSettings({ [field]: n })}
      {...more}
    />
  );
}
