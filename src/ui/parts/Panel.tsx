// A quiet box with a heading. It is no landmark: names of landmarks are kept for what a person looks for.
import type { ReactNode } from "react";
import styles from "./parts.module.css";

interface PanelProps {
  title: string;
  aside?: ReactNode;
  className?: string | undefined;
  children: ReactNode;
}

export function Panel({ title, aside, className, children }: PanelProps) {
  return (
    <div className={className ? `${styles.panel} ${className}` : styles.panel}>
      <div className={styles.panelHead}>
        <h2>{title}</h2>
        {aside && <div className={styles.aside}>{aside}</div>}
      </div>
      {children}
    </div>
  );
}
