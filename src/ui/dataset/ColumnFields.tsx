// Which column is what, corrected by hand: a field a role. Nothing is read again before it is applied.
import { Button } from "@mantine/core";
import { useState } from "react";
import type { ColumnMapping } from "../../protocol/dataset";
import { SelectField } from "../parts/fields";
import fieldStyles from "../parts/fields.module.css";
import styles from "./dataset.module.css";

type Role = Exclude<keyof ColumnMapping, "labels">;

const ROLES: { role: Role; name: string }[] = [
  { role: "path", name: "Film file" },
  { role: "patient", name: "Patient" },
  { role: "study", name: "Study" },
  { role: "view", name: "View" },
  { role: "projection", name: "Projection (AP, PA)" },
  { role: "sex", name: "Sex" },
  { role: "age", name: "Age" },
  { role: "split", name: "Split" },
];

interface ColumnFieldsProps {
  mapping: ColumnMapping;
  columns: string[];
  disabled: boolean;
  onApply: (mapping: ColumnMapping) => void;
}

export function ColumnFields({ mapping, columns, disabled, onApply }: ColumnFieldsProps) {
  const [told, setTold] = useState(mapping);
  const known = ROLES.filter(({ role }) => mapping[role] !== undefined);
  const isChanged = ROLES.some(({ role }) => told[role] !== mapping[role]);
  const named = columns.map((name) => ({ value: name, label: name }));
  return (
    <details className={fieldStyles.group}>
      <summary>
        Columns
        <span>
          {known.length} of {ROLES.length} known
        </span>
      </summary>
      {ROLES.map(({ role, name }) => (
        <SelectField
          key={role}
          label={name}
          value={told[role] ?? ""}
          options={role === "path" ? named : [{ value: "", label: "none" }, ...named]}
          disabled={disabled}
          onChange={(column) => setTold({ ...told, [role]: column || undefined })}
        />
      ))}
      <div className={styles.panelActions}>
        <Button size="xs" disabled={disabled || !isChanged} onClick={() => onApply(told)}>
          Apply
        </Button>
      </div>
    </details>
  );
}
