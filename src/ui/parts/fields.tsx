// The fields a setting is changed with: a label left, a native control right. They keep only what is being typed.
import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { type ChangeEvent, useId, useState } from "react";
import styles from "./fields.module.css";
import { formatCount, formatLrField } from "./format";

interface FieldProps {
  label: string;
  disabled?: boolean;
}

interface Option<Value extends string> {
  value: Value;
  label: string;
  /** Under which it stands; shown where there are several. */
  group?: string;
}

interface SelectFieldProps<Value extends string> extends FieldProps {
  value: Value;
  options: Option<Value>[];
  onChange: (value: Value) => void;
}

export function SelectField<Value extends string>({ label, value, options, onChange, disabled }: SelectFieldProps<Value>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <NativeSelect
        id={id}
        value={value}
        disabled={disabled ?? false}
        data={grouped(options)}
        onChange={({ currentTarget }) => {
          const chosen = options.find((option) => option.value === currentTarget.value);
          if (chosen) onChange(chosen.value);
        }}
      />
    </div>
  );
}

/** What Mantine takes: an item with a group of its own it would take for a group. */
function grouped<Value extends string>(options: Option<Value>[]) {
  const groups = [...new Set(options.map(({ group }) => group))];
  const itemsOf = (of: string | undefined) =>
    options.filter(({ group }) => group === of).map(({ value, label }) => ({ value, label }));
  return groups.length < 2 ? itemsOf(groups[0]) : groups.map((group) => ({ group: group ?? "", items: itemsOf(group) }));
}

interface TypedFieldProps extends FieldProps {
  value: number;
  onChange: (value: number) => void;
}

interface NumberFieldProps extends TypedFieldProps {
  min: number;
  max: number;
  unit?: string;
  suggestions?: number[];
  /** What an empty field stands for, shown in it; its value is 0. Left out where the field must be filled. */
  whenEmpty?: string;
  /** What is wrong with the value for other reasons than its form. */
  problem?: string | null;
}

/**
 * A whole number, with the arrow keys one up or down. It is no native number field: browsers drop there what they do not understand, without
 * a word.
 */
export function NumberField({ label, value, onChange, min, max, unit, suggestions, disabled, ...more }: NumberFieldProps) {
  const { whenEmpty, problem } = more;
  const id = useId();
  const { typed, malformed, refused, ...typing } = useTyping({
    isAllowed: (text) => (whenEmpty !== undefined && text.trim() === "") || isWhole(text, min, max),
    form: `a whole number from ${formatCount(min)} to ${formatCount(max)}`,
    take: onChange,
  });
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <TextInput
        id={id}
        role="spinbutton"
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        inputMode="numeric"
        autoComplete="off"
        list={suggestions && `${id}-list`}
        value={typed ?? (whenEmpty !== undefined && value === 0 ? "" : String(value))}
        placeholder={whenEmpty ?? ""}
        error={malformed ?? refused ?? problem}
        disabled={disabled ?? false}
        rightSectionWidth={52}
        rightSection={unit && <span className={styles.unit}>{unit}</span>}
        {...typing}
        onKeyDown={(event) => {
          const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (step === undefined || typed !== null) return;
          event.preventDefault();
          onChange(Math.min(max, Math.max(min, value + step)));
        }}
      />
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </div>
  );
}

interface Typing {
  isAllowed: (text: string) => boolean;
  /** What is allowed, in words. */
  form: string;
  take: (value: number) => void;
}

/** What is typed counts at once where it is allowed. Leaving the field shows what counts, and says so of what does not. */
function useTyping({ isAllowed, form, take }: Typing) {
  const [typed, setTyped] = useState<string | null>(null);
  const [left, setLeft] = useState<string | null>(null);
  const isRefused = typed !== null && !isAllowed(typed);
  return {
    typed,
    malformed: isRefused ? `Type ${form}.` : null,
    refused: left === null ? null : `${left === "" ? "An empty field" : `“${left}”`} was not taken. Type ${form}.`,
    onChange: ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement>) => {
      setTyped(value);
      setLeft(null);
      if (isAllowed(value)) take(Number(value));
    },
    onBlur: () => {
      if (isRefused) setLeft(typed.trim());
      setTyped(null);
    },
  };
}

function isWhole(text: string, min: number, max: number): boolean {
  const n = Number(text);
  return text.trim() !== "" && Number.isInteger(n) && n >= min && n <= max;
}

interface DecimalFieldProps extends TypedFieldProps {
  min: number;
  max: number;
  unit?: string;
}

/** A number that need not be whole, such as 0.2. */
export function DecimalField({ label, value, onChange, min, max, unit, disabled }: DecimalFieldProps) {
  const id = useId();
  const { typed, malformed, refused, ...typing } = useTyping({
    isAllowed: (text) => text.trim() !== "" && Number(text) >= min && Number(text) <= max,
    form: `a number from ${min} to ${max}`,
    take: onChange,
  });
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <TextInput
        id={id}
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={typed ?? String(value)}
        error={malformed ?? refused}
        disabled={disabled ?? false}
        rightSectionWidth={52}
        rightSection={unit && <span className={styles.unit}>{unit}</span>}
        {...typing}
      />
    </div>
  );
}

/** A learning rate, typed as 1e-3 or 0.001. */
export function LrField({ label, value, onChange, disabled }: TypedFieldProps) {
  const id = useId();
  const { typed, malformed, refused, ...typing } = useTyping({
    isAllowed: isLr,
    form: "a rate such as 1e-3 or 0.001",
    take: onChange,
  });
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <TextInput
        id={id}
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={typed ?? formatLrField(value)}
        error={malformed ?? refused}
        disabled={disabled ?? false}
        {...typing}
      />
    </div>
  );
}

function isLr(text: string): boolean {
  const lr = Number(text);
  return text.trim() !== "" && lr > 0 && Number.isFinite(lr);
}

interface CheckFieldProps extends FieldProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function CheckField({ label, checked, onChange, disabled }: CheckFieldProps) {
  return (
    <Checkbox
      className={styles.check ?? ""}
      label={label}
      checked={checked}
      disabled={disabled ?? false}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
  );
}
