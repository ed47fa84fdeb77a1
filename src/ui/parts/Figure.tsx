// A chart with its name and the same figures as a table, one click away. It draws no chart itself.
import { type ReactNode, useState } from "react";
import styles from "./parts.module.css";

interface FigureProps {
  /** The accessible name, e.g. "Loss chart". */
  label: string;
  title: string;
  legend?: { name: string; color: string; dotted?: boolean }[];
  /** Figures that stand above the chart. */
  head?: ReactNode;
  /** Drawn only when it is shown. */
  table: () => ReactNode;
  children: ReactNode;
}

export function Figure({ label, title, legend = [], head, table, children }: FigureProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure aria-label={label} className={styles.panel}>
      <div className={styles.panelHead}>
        <h2>{title}</h2>
        <div className={styles.legend}>
          {legend.map(({ name, color, dotted }) => (
            <span key={name}>
              <i style={{ borderTopColor: color, borderTopStyle: dotted ? "dotted" : "solid" }} />
              {name}
            </span>
          ))}
          <button type="button" className={styles.textButton} onClick={() => setAsTable(!asTable)}>
            {asTable ? "Show as chart" : "Show as table"}
          </button>
        </div>
      </div>
      {head}
      <div className={styles.plot}>{asTable ? table() : children}</div>
    </figure>
  );
}
