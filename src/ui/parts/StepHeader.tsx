// The head of a step: what it is, what is so in a sentence, and its actions with the one main action last.
import type { ReactNode } from "react";
import styles from "./parts.module.css";

interface StepHeaderProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}

export function StepHeader({ title, children, actions }: StepHeaderProps) {
  return (
    <header className={styles.stepHeader}>
      <div>
        <h1>{title}</h1>
        <p>{children}</p>
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
