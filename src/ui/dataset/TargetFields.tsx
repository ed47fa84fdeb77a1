// What the cells of one target's column mean: its positive values, or its policies for uncertain and blank labels.
import { Checkbox } from "@mantine/core";
import type { ColumnSummary } from "../../protocol/dataset";
import type { BlankPolicy, TargetSettings, UncertainPolicy } from "../../protocol/settings";
import { SelectField } from "../parts/fields";
import { formatCount } from "../parts/format";
import partsStyles from "../parts/parts.module.css";
import styles from "./dataset.module.css";
import { BLANK_NAMES, UNCERTAIN_NAMES } from "./policyNames";

const UNCERTAIN = Object.entries(UNCERTAIN_NAMES).map(([value, label]) => ({ value: value as UncertainPolicy, label }));
const BLANK = Object.entries(BLANK_NAMES).map(([value, label]) => ({ value: value as BlankPolicy, label }));

/** Of a finding's cells. */
const MEANINGS: Record<string, string> = { "1": "positive", "0": "negative", "-1": "uncertain" };

interface TargetFieldsProps {
  target: TargetSettings;
  /** Undefined where the open dataset has no such column. */
  column: ColumnSummary | undefined;
  /** What the two policies are called. */
  labels: { uncertain: string; blank: string };
  disabled: boolean;
  onChange: (change: Partial<TargetSettings>) => void;
}

export function TargetFields({ target, column, labels, disabled, onChange }: TargetFieldsProps) {
  if (column && !column.isLabel) {
    const { positive } = target;
    return <PositiveValues column={column} positive={positive} disabled={disabled} onChange={onChange} />;
  }
  const words = column?.values.filter(({ value, written }) => value in MEANINGS && written !== value) ?? [];
  return (
    <>
      {words.length > 0 && (
        <p className={partsStyles.hint}>
          The file writes {words.map(({ value, written }) => `${MEANINGS[value]} as “${written}”`).join(", ")}.
        </p>
      )}
      <SelectField
        label={labels.uncertain}
        value={target.uncertain}
        options={UNCERTAIN}
        disabled={disabled}
        onChange={(uncertain) => onChange({ uncertain })}
      />
      {(column?.hasBlanks ?? true) && (
        <SelectField
          label={labels.blank}
          value={target.blank}
          options={BLANK}
          disabled={disabled}
          onChange={(blank) => onChange({ blank })}
        />
      )}
    </>
  );
}

interface PositiveValuesProps extends Pick<TargetFieldsProps, "disabled" | "onChange"> {
  column: ColumnSummary;
  positive: string[];
}

function PositiveValues({ column, positive, disabled, onChange }: PositiveValuesProps) {
  return (
    <fieldset className={styles.positiveValues}>
      <legend>Positive values</legend>
      <div>
        {column.values
          .filter(({ value }) => value !== "")
          .map(({ value, written, rows }) => (
            <div key={value}>
              <Checkbox
                label={written}
                checked={positive.includes(value)}
                disabled={disabled}
                onChange={({ currentTarget }) =>
                  onChange({
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
