// The settings that say what is learnt, from which films, and how they are prepared.
import { Checkbox } from "@mantine/core";
import { defaultPositive } from "../../app/target";
import type { ColumnSummary, DatasetSummary } from "../../protocol/dataset";
import type { BlankPolicy, UncertainPolicy } from "../../protocol/settings";
import { useCommands, useLab } from "../labContext";
import { CheckField, NumberField, SelectField } from "../parts/fields";
import { formatCount, formatPlural, formatShare } from "../parts/format";
import { MemoryLine } from "../parts/MemoryPanel";
import { Panel } from "../parts/Panel";
import styles from "./dataset.module.css";

const UNCERTAIN: { value: UncertainPolicy; label: string }[] = [
  { value: "ignore", label: "ignore (U-Ignore)" },
  { value: "zero", label: "as negative (U-Zeros)" },
  { value: "one", label: "as positive (U-Ones)" },
];

const BLANK: { value: BlankPolicy; label: string }[] = [
  { value: "negative", label: "negative" },
  { value: "ignore", label: "ignore" },
];

const SHARES = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3];

export function WhatToLearn({ dataset, disabled }: { dataset: DatasetSummary; disabled: boolean }) {
  const settings = useLab((lab) => lab.settings);
  const { changeSettings } = useCommands();
  const column = dataset.columns.find(({ name }) => name === settings.target);
  return (
    <Panel title="What to learn">
      <SelectField
        label="Target"
        value={settings.target}
        options={dataset.columns.map(({ name }) => ({ value: name, label: name }))}
        disabled={disabled}
        onChange={(target) => {
          const chosen = dataset.columns.find(({ name }) => name === target);
          if (chosen) changeSettings({ target, positive: defaultPositive(chosen) });
        }}
      />
      {column && !column.isLabel && <PositiveValues column={column} positive={settings.positive} disabled={disabled} />}
      {column?.isLabel !== false && (
        <>
          <SelectField
            label="Uncertain labels"
            value={settings.uncertain}
            options={UNCERTAIN}
            disabled={disabled}
            onChange={(uncertain) => changeSettings({ uncertain })}
          />
          <SelectField
            label="Blank labels"
            value={settings.blank}
            options={BLANK}
            disabled={disabled}
            onChange={(blank) => changeSettings({ blank })}
          />
        </>
      )}
      {dataset.hasViews && (
        <CheckField
          label="Frontal films only"
          checked={settings.frontalOnly}
          disabled={disabled}
          onChange={(frontalOnly) => changeSettings({ frontalOnly })}
        />
      )}
      <hr className={styles.divided} />
      <SelectField
        label="Validation share"
        value={String(settings.validation)}
        options={validationOptions(dataset, settings.validation)}
        disabled={disabled}
        onChange={(share) => changeSettings({ validation: share === "own" ? "own" : Number(share) })}
      />
      <NumberField
        label="Image size"
        value={settings.imageSize}
        min={32}
        max={1024}
        unit="px"
        suggestions={[32, 64, 128, 224, 320]}
        disabled={disabled}
        onChange={(imageSize) => changeSettings({ imageSize })}
      />
      <MemoryLine />
      <NumberField
        label="Seed"
        value={settings.seed}
        min={0}
        max={2 ** 31 - 1}
        disabled={disabled}
        onChange={(seed) => changeSettings({ seed })}
      />
    </Panel>
  );
}

function validationOptions({ ownValidation }: DatasetSummary, current: number | "own"): { value: string; label: string }[] {
  const shares = current === "own" || SHARES.includes(current) ? SHARES : [...SHARES, current].sort((a, b) => a - b);
  const options = shares.map((share) => ({ value: String(share), label: `${formatShare(share)} of patients` }));
  if (ownValidation)
    options.push({ value: "own", label: `${ownValidation.csvPath}, ${formatPlural(ownValidation.rows, "row")}` });
  return options;
}

interface PositiveValuesProps {
  column: ColumnSummary;
  positive: string[];
  disabled: boolean;
}

function PositiveValues({ column, positive, disabled }: PositiveValuesProps) {
  const { changeSettings } = useCommands();
  return (
    <fieldset className={styles.positiveValues}>
      <legend>Positive values</legend>
      <div>
        {column.values
          .filter(({ value }) => value !== "")
          .map(({ value, rows }) => (
            <div key={value}>
              <Checkbox
                label={value}
                checked={positive.includes(value)}
                disabled={disabled}
                onChange={({ currentTarget }) =>
                  changeSettings({
                    positive: currentTarget.checked ? [...positive, value] : positive.filter((one) => one !== value),
                  })
                }
              />
              <small>{formatCount(rows)}</small>
            </div>
          ))}
      </div>
    </fieldset>
  );
}
