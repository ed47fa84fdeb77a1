// The head of a step: what it is, what is so in a sentence, and its actions with the one main action last.
import type { ReactNode } from "react";
import styles from "./parts.module.css";
import { useFoundFocus } from "./useFoundFocus";

interface StepHeaderProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}

export function StepHeader({ title, children, actions }: StepHeaderProps) {
  const heading = useFoundFocus<HTMLHeadingElement>();
  return (
    <header className={styles.stepHeader}>
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p>{children}</p>
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
