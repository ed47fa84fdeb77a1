// What of the engine only some graphics cards can do: offered once the card's check passed for it, and else off with the reason.
import { useId } from "react";
import { findStanding } from "../../app/offeredFeatures";
import { type KernelFeature, whyOff } from "../../protocol/gpuFeatures";
import { useCommands, useLab } from "../labContext";
import { SelectField } from "./fields";
import { FLOAT_OPTIONS } from "./floatOptions";
import styles from "./parts.module.css";

const SUBGROUP_OPTIONS: { value: "off" | "on"; label: string }[] = [
  { value: "off", label: "off" },
  { value: "on", label: "on" },
];

export function FeatureFields({ disabled }: { disabled: boolean }) {
  const { arithmetic, subgroups } = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  return (
    <>
      <FeatureField
        feature="shader-f16"
        label="Arithmetic"
        hint="To multiply halves is faster on many cards, and less exact; longer sums and weights stay floats."
        value={arithmetic}
        off="f32"
        options={FLOAT_OPTIONS}
        disabled={disabled}
        onChange={(chosen) => changeSettings({ arithmetic: chosen })}
      />
      <FeatureField
        feature="subgroups"
        label="Subgroups"
        hint="Another way to add up BatchNorm's sums: as exact, and faster on some cards."
        value={subgroups ? "on" : "off"}
        off="off"
        options={SUBGROUP_OPTIONS}
        disabled={disabled}
        onChange={(chosen) => changeSettings({ subgroups: chosen === "on" })}
      />
    </>
  );
}

interface FeatureFieldProps<Value extends string> {
  feature: KernelFeature;
  label: string;
  hint: string;
  value: Value;
  /** What it always can be. */
  off: Value;
  options: { value: Value; label: string }[];
  disabled: boolean;
  onChange: (value: Value) => void;
}

function FeatureField<Value extends string>({ feature, hint, off, disabled, ...field }: FeatureFieldProps<Value>) {
  const standing = useLab((lab) => findStanding(lab, feature));
  const isOn = field.value !== off;
  const why = whyOff(feature, standing, isOn);
  const hintId = useId();
  return (
    <>
      {/* What was chosen when it was offered can be given up. */}
      <SelectField {...field} describedBy={hintId} disabled={disabled || (why !== null && !isOn)} />
      <p id={hintId} className={styles.hint} data-over={(why !== null && isOn) || undefined}>
        {hint} {why}
      </p>
    </>
  );
}
