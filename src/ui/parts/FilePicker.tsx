// A file input that looks like a button: the label is what is seen, the input takes the keyboard. The same file can be chosen twice.
import { useId } from "react";
import styles from "./fields.module.css";

interface FilePickerProps {
  label: string;
  onPick: (files: FileList) => void;
  accept?: string;
  folder?: boolean;
  several?: boolean;
  primary?: boolean;
  /** Beside small buttons. */
  small?: boolean;
  disabled?: boolean;
}

export function FilePicker({
  label,
  onPick,
  accept,
  folder = false,
  several = false,
  primary = false,
  small = false,
  disabled = false,
}: FilePickerProps) {
  const id = useId();
  return (
    <span
      className={styles.filePicker}
      data-primary={primary || undefined}
      data-small={small || undefined}
      data-disabled={disabled || undefined}
    >
      <input
        id={id}
        type="file"
        accept={accept}
        disabled={disabled}
        multiple={several}
        {...(folder && { webkitdirectory: "" })}
        onChange={({ currentTarget }) => {
          if (currentTarget.files?.length) onPick(currentTarget.files);
        }}
        // Emptied before, not after: a live FileList would empty with it while it is being read.
        onClick={({ currentTarget }) => {
          currentTarget.value = "";
        }}
      />
      <label htmlFor={id}>{label}</label>
    </span>
  );
}
