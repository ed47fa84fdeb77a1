// Asked in a row of a table, below what would go for good. It takes nothing away itself.
import type { ReactNode } from "react";
import { useBorrowedFocus } from "../parts/useBorrowedFocus";
import styles from "./trials.module.css";

interface ConfirmProps {
  columns: number;
  /** What goes, and what that means. */
  children: ReactNode;
  /** What the two buttons say. */
  keep: string;
  remove: string;
  onKeep: () => void;
  onRemove: () => void;
}

export function Confirm({ columns, children, keep, remove, onKeep, onRemove }: ConfirmProps) {
  const safe = useBorrowedFocus<HTMLButtonElement>();
  return (
    <tr onKeyDown={({ key }) => key === "Escape" && onKeep()}>
      <td colSpan={columns} className={styles.confirm}>
        <div>
          <span>{children}</span>
          <button type="button" ref={safe} onClick={onKeep}>
            {keep}
          </button>
          <button type="button" data-danger onClick={onRemove}>
            {remove}
          </button>
        </div>
      </td>
    </tr>
  );
}
