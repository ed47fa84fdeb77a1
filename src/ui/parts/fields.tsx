// The fields a setting is changed with: a label left, a native control right. They keep only what is being typed.
import { Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { type ChangeEvent, useId, useState } from "react";
import styles from "./fields.module.css";
import { formatCount } from "./format";

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
  /** The id of what explains it. */
  describedBy?: string;
  value: Value;
  options: Option<Value>[];
  onChange: (value: Value) => void;
}

export function SelectField<Value extends string>({
  label,
  describedBy,
  value,
  options,
  onChange,
  disabled,
}: SelectFieldProps<Value>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <NativeSelect
        id={id}
        aria-describedby={describedBy}
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
    parse: (text) => {
      if (whenEmpty !== undefined && text.trim() === "") return 0;
      const n = toNumber(text);
      return n !== null && Number.isInteger(n) && n >= min && n <= max ? n : null;
    },
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
  /** What a text stands for; null where it is not allowed. */
  parse: (text: string) => number | null;
  /** What is allowed, in words. */
  form: string;
  take: (value: number) => void;
}

/** What is typed counts at once where it is allowed. Leaving the field shows what counts, and says so of what does not. */
function useTyping({ parse, form, take }: Typing) {
  const [typed, setTyped] = useState<string | null>(null);
  const [left, setLeft] = useState<string | null>(null);
  const isRefused = typed !== null && parse(typed) === null;
  return {
    typed,
    malformed: isRefused ? `Type ${form}.` : null,
    refused: left === null ? null : `${left === "" ? "An empty field" : `“${left}”`} was not taken. Type ${form}.`,
    onChange: ({ currentTarget: { value } }: ChangeEvent<HTMLInputElement>) => {
      setTyped(value);
      setLeft(null);
      const parsed = parse(value);
      if (parsed !== null) take(parsed);
    },
    onBlur: () => {
      setLeft(isRefused ? typed.trim() : null);
      setTyped(null);
    },
  };
}

/** Null of a text that is no number, or that is empty. */
function toNumber(text: string): number | null {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? null : value;
}

interface RuleFieldProps extends TypedFieldProps {
  /** What the number may be, and the same in words: "Type ...". */
  holds: (value: number) => boolean;
  form: string;
  unit?: string;
  /** A value that an empty field stands for, and what is shown in it then. */
  empty?: { value: number; words: string };
  format?: (value: number) => string;
}

/** A number that need not be whole, such as 0.2 or 1e-3. */
export function RuleField({ label, value, onChange, holds, form, unit, empty, format = String, disabled }: RuleFieldProps) {
  const id = useId();
  const { typed, malformed, refused, ...typing } = useTyping({
    parse: (text) => {
      if (empty && text.trim() === "") return empty.value;
      const number = toNumber(text);
      return number !== null && holds(number) ? number : null;
    },
    form,
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
        value={typed ?? (empty?.value === value ? "" : format(value))}
        placeholder={empty?.words ?? ""}
        error={malformed ?? refused}
        disabled={disabled ?? false}
        rightSectionWidth={52}
        rightSection={unit && <span className={styles.unit}>{unit}</span>}
        {...typing}
      />
    </div>
  );
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
