// What both charts share: how axes look, and the box that reads the figures under the cursor. Only chart modules import it.
import styles from "./figures.module.css";

export const AXIS = {
  stroke: "var(--line)",
  tick: { fill: "var(--muted)", fontSize: 12 },
  tickLine: false,
} as const;

interface ChartTooltipProps {
  title: string;
  rows: { name: string; value: string; color?: string }[];
}

export function ChartTooltip({ title, rows }: ChartTooltipProps) {
  return (
    <div className={styles.tooltip}>
      <b>{title}</b>
      {rows.map(({ name, value, color }) => (
        <div key={name}>
          <span style={{ color }}>{name}</span>
          {value}
        </div>
      ))}
    </div>
  );
}
