// How films are varied from epoch to epoch, in fastai's terms, with a look at what comes of it.
import { Button } from "@mantine/core";
import { useState } from "react";
import { type AugmentationSettings, FASTAI_AUGMENTATION, NO_AUGMENTATION } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { CheckField, DecimalField } from "../parts/fields";
import partsStyles from "../parts/parts.module.css";
import { AugmentationPreview } from "./AugmentationPreview";
import { describeAugmentation } from "./describeAugmentation";
import { OptionGroup } from "./OptionGroup";
import styles from "./options.module.css";

type NumericField = {
  [Field in keyof AugmentationSettings]: AugmentationSettings[Field] extends number ? Field : never;
}[keyof AugmentationSettings];

interface FieldOfOptions {
  field: NumericField;
  label: string;
  min: number;
  max: number;
  unit?: string;
}

const CHANGES: FieldOfOptions[] = [
  { field: "rotate", label: "Rotate", min: 0, max: 180, unit: "°" },
  { field: "zoom", label: "Zoom", min: 1, max: 4 },
  { field: "shift", label: "Shift", min: 0, max: 0.5, unit: "side" },
  { field: "lighting", label: "Lighting", min: 0, max: 0.9 },
  { field: "contrast", label: "Contrast", min: 0, max: 0.9 },
  { field: "warp", label: "Warp", min: 0, max: 0.9 },
  { field: "augmentP", label: "Probability", min: 0, max: 1 },
];
const MIXUP: FieldOfOptions = { field: "mixup", label: "Mixup", min: 0, max: 10 };

export function AugmentationOptions({ disabled }: { disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const [isOpen, setIsOpen] = useState(false);
  const show = ({ field, ...shown }: FieldOfOptions) => (
    <DecimalField
      key={field}
      {...shown}
      value={settings[field]}
      disabled={disabled}
      onChange={(value) => changeSettings({ [field]: value })}
    />
  );
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
      {CHANGES.map(show)}
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
      {show(MIXUP)}
      <p className={partsStyles.hint}>
        Above 0, each film is blended with another of its batch, and their labels with them; fastai's is 0.4. Training loss is
        then higher than validation's.
      </p>
    </OptionGroup>
  );
}
