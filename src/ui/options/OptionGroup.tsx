// A group of settings that is quiet until it is wanted: closed, it says in a few words what is set.
import type { ReactNode } from "react";
import fieldStyles from "../parts/fields.module.css";

interface OptionGroupProps {
  title: string;
  /** What is set now, in a few words. */
  summary: string;
  children: ReactNode;
  /** For what is only to be worked out while it can be seen. */
  onToggle?: (isOpen: boolean) => void;
}

export function OptionGroup({ title, summary, children, onToggle }: OptionGroupProps) {
  return (
    <details className={fieldStyles.group} onToggle={({ currentTarget }) => onToggle?.(currentTarget.open)}>
      <summary>
        {title}
        <span>{summary}</span>
      </summary>
      {children}
    </details>
  );
}
