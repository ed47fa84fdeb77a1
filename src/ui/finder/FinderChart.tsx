// The finder's curve on a log axis: a click, a drag or the arrow keys pick the max LR.
import type { KeyboardEvent, PointerEvent } from "react";
import { type CurvePoint, type FinderSuggestions, nearestRate, RECOMMENDED } from "../../protocol/finder";
import { formatLr, formatMetric, SUGGESTION_NAMES } from "../parts/format";
import { Plot, type Reading, type Scales, vertical } from "../plot/Plot";
import { nearest, tracePath } from "../plot/scale";
import { roundTicks } from "../plot/ticks";
import { decades, type Flag, flagSuggestions, lossRange, lrAtFraction, roundLr } from "./curve";
import styles from "./finder.module.css";

/** Pixels between the chart's edge and its axes: by them a pointer is read as an LR. */
const PLOT_LEFT = 48;
const PLOT_RIGHT = 16;
/** Pixels of a row of names above the plot, and above the first. */
const ROW = 15;
const ABOVE_ROWS = 8;

interface FinderChartProps {
  points: CurvePoint[];
  isComplete: boolean;
  suggestions: FinderSuggestions | null;
  maxLr: number;
  onPick: (lr: number) => void;
}

export function FinderChart({ points, isComplete, suggestions, maxLr, onPick }: FinderChartProps) {
  const range = lossRange(points, isComplete);
  const first = points[0];
  const last = points.at(-1);
  if (!range || !first || !last) return null;
  const ticks = roundTicks(...range);
  const lrs = points.map(({ lr }) => lr);
  const picked = nearestRate(lrs, maxLr);
  const flags = flagSuggestions(suggestions, points);
  const rows = Math.max(1, flags.length);
  const isSpread = points.some(({ low, high }) => low < high);

  function pick(index: number): void {
    const point = points[Math.min(points.length - 1, Math.max(0, index))];
    if (point) onPick(roundLr(point.lr));
  }

  function pickByKey(event: KeyboardEvent): void {
    const moves: Record<string, number> = {
      ArrowLeft: picked - 1,
      ArrowDown: picked - 1,
      ArrowRight: picked + 1,
      ArrowUp: picked + 1,
      PageDown: picked - 10,
      PageUp: picked + 10,
      Home: 0,
      End: points.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    pick(to);
  }

  function pickByPointer({ currentTarget, clientX }: PointerEvent<HTMLElement>): void {
    const { left, width } = currentTarget.getBoundingClientRect();
    const fraction = (clientX - left - PLOT_LEFT) / (width - PLOT_LEFT - PLOT_RIGHT);
    const lr = fraction >= 0 && fraction <= 1 ? lrAtFraction(points, fraction) : null;
    if (lr !== null) onPick(roundLr(lr));
  }

  return (
    <div
      className={styles.curve}
      role="slider"
      tabIndex={0}
      aria-label="Learning rate on the curve"
      aria-valuemin={0}
      aria-valuemax={points.length - 1}
      aria-valuenow={picked}
      aria-valuetext={`${formatLr(maxLr)}, smoothed loss ${formatMetric(points[picked]?.smoothed)}`}
      onKeyDown={pickByKey}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pickByPointer(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && pickByPointer(event)}
    >
      <Plot
        margin={{ top: ABOVE_ROWS + ROW * rows, right: PLOT_RIGHT, bottom: 40, left: PLOT_LEFT }}
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
            <path
              d={tracePath(points.map(({ lr, loss }) => [x.at(lr), y.at(loss)]))}
              stroke="var(--accent)"
              strokeOpacity={0.22}
            />
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
    </div>
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
