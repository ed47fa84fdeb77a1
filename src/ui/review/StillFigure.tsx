// A chart that is read and not worked with: its lines named above, what it says in a sentence below.
import type { ReactNode } from "react";
import { Legend, type NamedLine } from "../parts/Figure";
import partsStyles from "../parts/parts.module.css";
import styles from "./review.module.css";

interface StillFigureProps {
  label: string;
  lines: NamedLine[];
  caption: string;
  children: ReactNode;
}

export function StillFigure({ label, lines, caption, children }: StillFigureProps) {
  return (
    <figure aria-label={label} className={styles.figure}>
      <div className={partsStyles.legend}>
        <Legend lines={lines} />
      </div>
      <div className={styles.chart}>{children}</div>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}
