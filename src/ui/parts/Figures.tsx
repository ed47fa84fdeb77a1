// Named figures: in rows, as large readings above a chart, and as bars. They lay out; they count nothing.
import type { ReactNode } from "react";
import styles from "./figures.module.css";

interface NamedFigure {
  name: string;
  value: ReactNode;
  /** Of a swatch before the name: what the figure is in a bar. */
  color?: string;
  tone?: "good" | "positive" | "amber";
}

export function FigureRows({ rows }: { rows: NamedFigure[] }) {
  return (
    <dl className={styles.rows}>
      {rows.map(({ name, value, tone, color }) => (
        <div key={name}>
          <dt>
            {color && <i className={styles.swatch} style={{ background: color }} />}
            {name}
          </dt>
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

interface SplitBarProps {
  parts: BarPart[];
  /** The value that the full width stands for. */
  whole: number;
  tall?: boolean;
  /** A value that is marked on the bar, e.g. a limit that it passes. */
  mark?: number | undefined;
}

export function SplitBar({ parts, whole, tall = false, mark }: SplitBarProps) {
  return (
    <div className={styles.splitBar} data-tall={tall || undefined} aria-hidden="true">
      {mark !== undefined && <b style={{ left: `${(mark / whole) * 100}%` }} />}
      {parts.map(({ name, value, color }) => (
        <i key={name} style={{ width: `${whole > 0 ? (value / whole) * 100 : 0}%`, background: color }} />
      ))}
    </div>
  );
}
