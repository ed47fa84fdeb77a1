// A chart with its name and the same figures as a table, one click away. It draws no chart itself.
import { type ReactNode, useState } from "react";
import styles from "./parts.module.css";

export interface NamedLine {
  name: string;
  color: string;
  dotted?: boolean;
}

interface FigureProps {
  /** The accessible name, e.g. "Loss chart". */
  label: string;
  title: string;
  legend?: NamedLine[];
  /** Figures that stand above the chart. */
  head?: ReactNode;
  /** Drawn only when it is shown. */
  table: () => ReactNode;
  children: ReactNode;
}

export function Figure({ label, title, legend = [], head, table, children }: FigureProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure aria-label={label} className={`${styles.panel} ${styles.figure}`}>
      <div className={styles.panelHead}>
        <h2>{title}</h2>
        <div className={styles.legend}>
          <Legend lines={legend} />
        </div>
        <button type="button" className={styles.textButton} onClick={() => setAsTable(!asTable)}>
          <span>Show as</span> {asTable ? "chart" : "table"}
        </button>
      </div>
      {head}
      <div className={styles.plot}>{asTable ? table() : children}</div>
    </figure>
  );
}

export function Legend({ lines }: { lines: NamedLine[] }) {
  return lines.map(({ name, color, dotted }) => (
    <span key={name}>
      <i style={{ borderTopColor: color, borderTopStyle: dotted ? "dotted" : "solid" }} />
      {name}
    </span>
  ));
}
