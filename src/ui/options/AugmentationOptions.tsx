// How films are varied from epoch to epoch, in fastai's terms, with a look at what comes of it.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { NumericSetting } from "../../protocol/settingRules";
import { FASTAI_AUGMENTATION, NO_AUGMENTATION } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { CheckField } from "../parts/fields";
import partsStyles from "../parts/parts.module.css";
import { AugmentationPreview } from "./AugmentationPreview";
import { describeAugmentation } from "./describeAugmentation";
import { OptionGroup } from "./OptionGroup";
import styles from "./options.module.css";
import { SettingField } from "./SettingField";

/** What is changed of a film, and how often. */
const CHANGES: { field: NumericSetting; unit?: string }[] = [
  { field: "rotate", unit: "°" },
  { field: "zoom" },
  { field: "shift", unit: "side" },
  { field: "lighting" },
  { field: "contrast" },
  { field: "warp" },
  { field: "augmentP" },
];

export function AugmentationOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <OptionGroup title="Augmentation" summary={describeAugmentation(settings)} onToggle={setIsOpen}>
      <div className={styles.presets}>
        <Button size="xs" variant="default" disabled={disabled} onClick={() => changeSettings(FASTAI_AUGMENTATION)}>
          Use fastai's
        </Button>
        <Button size="xs" variant="default" disabled={disabled} onClick={() => changeSettings(NO_AUGMENTATION)}>
          None
        </Button>
      </div>
      {isOpen && <AugmentationPreview />}
      {CHANGES.map((change) => (
        <SettingField key={change.field} {...change} disabled={disabled} />
      ))}
      <p className={partsStyles.hint}>
        Each change is drawn anew for every film and epoch, up to so much to either side, and falls on a film with this
        probability.
      </p>
      <CheckField
        label="Flip left to right"
        checked={settings.flip}
        disabled={disabled}
        onChange={(flip) => changeSettings({ flip })}
      />
      <p className={partsStyles.hint}>
        fastai flips unless told not to, this lab only when asked. The heart would change sides: dextrocardia and left-sided
        findings would be learnt wrongly.
      </p>
      <SettingField field="mixup" disabled={disabled} />
      <p className={partsStyles.hint}>
        Above 0, each film is blended with another of its batch, and their labels with them; fastai's is 0.4. Training loss is
        then higher than validation's.
      </p>
    </OptionGroup>
  );
}
