// Named figures: in rows, as large readings above a chart, and as bars. They lay out; they count nothing.
import type { ReactNode } from "react";
import styles from "./figures.module.css";

interface NamedFigure {
  name: string;
  value: ReactNode;
  tone?: "good" | "positive" | "amber";
}

export function FigureRows({ rows }: { rows: NamedFigure[] }) {
  return (
    <dl className={styles.rows}>
      {rows.map(({ name, value, tone }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-tone={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Readings({ readings }: { readings: { name: string; value: string; detail?: string }[] }) {
  return (
    <dl className={styles.readings}>
      {readings.map(({ name, value, detail }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            {detail && <small>{detail}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface BarPart {
  name: string;
  value: number;
  color: string;
}

/** One bar of several parts; `whole` is the value the full width stands for. */
export function SplitBar({ parts, whole, tall = false }: { parts: BarPart[]; whole: number; tall?: boolean }) {
  return (
    <div className={styles.splitBar} data-tall={tall || undefined} aria-hidden="true">
      {parts.map(({ name, value, color }) => (
        <i key={name} style={{ width: `${whole > 0 ? (value / whole) * 100 : 0}%`, background: color }} />
      ))}
    </div>
  );
}
