// The finder's curve on a log axis, with what it suggests and the max LR that was picked. It is only looked at: a pick is FinderChart.tsx's.
import { type CurvePoint, type FinderSuggestions, RECOMMENDED } from "../../protocol/finder";
import type { NamedLine } from "../parts/Figure";
import { formatLr, formatMetric, SUGGESTION_NAMES } from "../parts/format";
import { type Margin, Plot, type Reading, type Scales, vertical } from "../plot/Plot";
import { nearest, tracePath } from "../plot/scale";
import { roundTicks } from "../plot/ticks";
import { decades, type Flag, flagSuggestions, lossRange } from "./curve";
import styles from "./finder.module.css";

/** Pixels between the chart's edge and its axes: by those at its sides a pointer is read as an LR. */
export const CURVE_MARGIN = { right: 16, bottom: 40, left: 48 } satisfies Partial<Margin>;
/** Pixels of a row of names above the plot, and above the first. */
const ROW = 15;
const ABOVE_ROWS = 8;

export interface FinderCurveProps {
  points: CurvePoint[];
  isComplete: boolean;
  suggestions: FinderSuggestions | null;
  maxLr: number;
}

/** Nothing where no point is finite. */
export function FinderCurve({ points, isComplete, suggestions, maxLr }: FinderCurveProps) {
  const range = lossRange(points, isComplete);
  const first = points[0];
  const last = points.at(-1);
  if (!range || !first || !last) return null;
  const ticks = roundTicks(...range);
  const flags = flagSuggestions(suggestions, points);
  const rows = Math.max(1, flags.length);
  const isSpread = points.some(({ low, high }) => low < high);
  return (
    <Plot
      margin={{ ...CURVE_MARGIN, top: ABOVE_ROWS + ROW * rows }}
      x={{
        from: first.lr,
        to: last.lr,
        log: true,
        ticks: decades(points),
        format: (lr) => lr.toExponential(0).replace("e+", "e"),
        label: "learning rate",
      }}
      y={{ from: ticks[0] ?? 0, to: ticks.at(-1) ?? 1, ticks }}
      read={(pixels, { x }) =>
        readPoint(
          nearest(points, ({ lr }) => x.at(lr), pixels),
          isSpread,
        )
      }
      marks={(scales) => flags.map((flag) => <FlagMark key={flag.name} {...flag} rows={rows} scales={scales} />)}
    >
      {({ x, y, height }) => (
        <>
          {isSpread && (
            <path
              d={tracePath([
                ...points.map(({ lr, high }) => [x.at(lr), y.at(high)] as const),
                ...points.toReversed().map(({ lr, low }) => [x.at(lr), y.at(low)] as const),
              ])}
              fill="var(--accent)"
              fillOpacity={0.16}
            />
          )}
          <path d={tracePath(points.map(({ lr, loss }) => [x.at(lr), y.at(loss)]))} stroke="var(--accent)" strokeOpacity={0.22} />
          <path
            d={tracePath(points.map(({ lr, smoothed }) => [x.at(lr), y.at(smoothed)]))}
            stroke="var(--accent)"
            strokeWidth={2.2}
          />
          {maxLr >= first.lr && maxLr <= last.lr && (
            <>
              <line {...vertical(x.at(maxLr), height)} stroke="var(--lr)" strokeWidth={2} />
              <text className={styles.picked} x={x.at(maxLr) + 5} y={height - 8}>
                {formatLr(maxLr)}
              </text>
            </>
          )}
        </>
      )}
    </Plot>
  );
}

function readPoint(point: CurvePoint | undefined, isSpread: boolean): Reading | undefined {
  if (!point) return undefined;
  const { lr, loss, smoothed, low, high } = point;
  return {
    x: lr,
    title: `LR ${formatLr(lr)}`,
    rows: [
      { name: "loss", value: formatMetric(loss) },
      { name: "smoothed", value: formatMetric(smoothed) },
      ...(isSpread ? [{ name: "runs", value: `${formatMetric(low)} to ${formatMetric(high)}` }] : []),
    ],
  };
}

/** A suggestion's line, led up above the plot to its name, which stands left of it in its row of `rows`. */
function FlagMark({ name, lr, row, rows, scales: { x, height } }: Flag & { rows: number; scales: Scales }) {
  const isRecommended = name === RECOMMENDED;
  const at = x.at(lr);
  const top = (row - rows) * ROW;
  return (
    <g stroke="var(--good)">
      <line {...vertical(at, height)} {...(!isRecommended && { strokeDasharray: "4 4" })} />
      <line x1={at} x2={at} y1={top} y2={0} strokeOpacity={0.5} />
      <text
        className={isRecommended ? styles.recommended : styles.suggested}
        x={at - 4}
        y={top + ROW / 2}
        dy="0.35em"
        textAnchor="end"
      >
        {SUGGESTION_NAMES[name]}
      </text>
    </g>
  );
}

/** What the lines of a curve are, which is the mean of so many runs. */
export function listLines(runs: number): NamedLine[] {
  return [
    { name: "smoothed", color: "var(--accent)" },
    { name: "each batch", color: "color-mix(in srgb, var(--accent) 40%, transparent)" },
    { name: "max LR", color: "var(--lr)" },
    ...(runs > 1 ? [{ name: "spread of the runs", color: "color-mix(in srgb, var(--accent) 25%, transparent)" }] : []),
  ];
}
