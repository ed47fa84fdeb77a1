// The finder's curve on a log axis: a click, a drag or the arrow keys pick the max LR. It is loaded when first shown.
import type { KeyboardEvent, PointerEvent } from "react";
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { type CurvePoint, type FinderSuggestions, nearestRate, RECOMMENDED } from "../../protocol/finder";
import { AXIS, ChartTooltip } from "../parts/chart";
import { formatLr, formatMetric, SUGGESTION_NAMES } from "../parts/format";
import { roundTicks } from "../parts/ticks";
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
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart
          data={points}
          margin={{ top: ABOVE_ROWS + ROW * Math.max(1, flags.length), right: PLOT_RIGHT, bottom: 20, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--line)" strokeOpacity={0.7} vertical={false} />
          <XAxis
            {...AXIS}
            dataKey="lr"
            type="number"
            scale="log"
            domain={[first.lr, last.lr]}
            ticks={decades(points)}
            tickFormatter={(lr: number) => lr.toExponential(0).replace("e+", "e")}
            label={{ value: "learning rate", position: "insideBottom", offset: -14, fill: "var(--muted)", fontSize: 12 }}
          />
          <YAxis
            {...AXIS}
            width={PLOT_LEFT}
            domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
            ticks={ticks}
            interval={0}
            allowDataOverflow
          />
          <Tooltip
            cursor={{ stroke: "var(--faint)", strokeDasharray: "3 3" }}
            isAnimationActive={false}
            content={({ active, label }) => {
              const point = active ? points[nearestRate(lrs, Number(label))] : undefined;
              if (!point) return null;
              return (
                <ChartTooltip
                  title={`LR ${formatLr(point.lr)}`}
                  rows={[
                    { name: "loss", value: formatMetric(point.loss) },
                    { name: "smoothed", value: formatMetric(point.smoothed) },
                    ...(isSpread ? [{ name: "runs", value: `${formatMetric(point.low)} to ${formatMetric(point.high)}` }] : []),
                  ]}
                />
              );
            }}
          />
          {isSpread && (
            <Area
              dataKey={({ low, high }: CurvePoint) => [low, high]}
              stroke="none"
              fill="var(--accent)"
              fillOpacity={0.16}
              activeDot={false}
              isAnimationActive={false}
            />
          )}
          {flags.map((flag) => (
            <ReferenceLine
              key={flag.name}
              x={flag.lr}
              stroke="var(--good)"
              {...(flag.name !== RECOMMENDED && { strokeDasharray: "4 4" })}
              label={(props: { viewBox?: { x?: number; y?: number } }) => <FlagName {...flag} {...props.viewBox} />}
            />
          ))}
          {maxLr >= first.lr && maxLr <= last.lr && (
            <ReferenceLine
              x={maxLr}
              stroke="var(--lr)"
              strokeWidth={2}
              label={{ value: formatLr(maxLr), position: "insideBottomLeft", fill: "var(--lr)", fontSize: 12.5, fontWeight: 650 }}
            />
          )}
          <Line
            dataKey="loss"
            stroke="var(--accent)"
            strokeOpacity={0.22}
            strokeWidth={1}
            dot={false}
            isAnimationActive={false}
          />
          <Line dataKey="smoothed" stroke="var(--accent)" strokeWidth={2.2} dot={false} isAnimationActive={false} />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

/** Left of the suggestion's line, which is led up to it from the plot's top at `y`. */
function FlagName({ name, row, x = 0, y = 0 }: Flag & { x?: number; y?: number }) {
  const top = ABOVE_ROWS + row * ROW;
  return (
    <g fill="var(--good)" stroke="none" fontSize={12} fontWeight={name === RECOMMENDED ? 650 : 400}>
      <line x1={x} x2={x} y1={top} y2={y} stroke="var(--good)" strokeOpacity={0.5} />
      <text x={x - 4} y={top + ROW / 2} textAnchor="end" dominantBaseline="middle">
        {SUGGESTION_NAMES[name]}
      </text>
    </g>
  );
}
