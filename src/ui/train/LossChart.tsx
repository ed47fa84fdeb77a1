// Loss and learning rate over the steps of a run, on two axes. It is loaded when first shown.
import { useMemo } from "react";
import {
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { StepRecord, Trial } from "../../protocol/training";
import { AXIS, ChartTooltip } from "../parts/chart";
import { formatCount, formatLr, formatMetric } from "../parts/format";
import { roundTicks } from "../parts/ticks";
import { lossDomain, type ThinPoint, thinSteps } from "./thin";
import styles from "./train.module.css";

/** Two points each: about one for every three pixels of a wide chart. */
const BUCKETS = 160;
const MOST_EPOCH_LINES = 40;
const MOST_EPOCH_DOTS = 60;

interface LossChartProps {
  steps: StepRecord[];
  /** How many of `steps` there are: they grow in place. */
  count: number;
  stepsTotal: number;
  comingLr: { step: number; lr: number }[];
  trial: Trial;
}

type Row = Partial<ThinPoint> & { step: number; validLoss?: number; comingLr?: number };

export function LossChart({ steps, count, stepsTotal, comingLr, trial }: LossChartProps) {
  const { epochs, settings, checkpoints } = trial;
  const points = useMemo(() => thinSteps(steps, count, BUCKETS), [steps, count]);
  const stepsPerEpoch = stepsTotal / settings.epochs;
  const validated = useMemo(
    () => epochs.map(({ epoch, validLoss }) => ({ step: Math.round((epoch + 1) * stepsPerEpoch) - 1, validLoss })),
    [epochs, stepsPerEpoch],
  );
  const rows = useMemo<Row[]>(() => {
    const now = points.at(-1)?.step ?? 0;
    const coming = comingLr.filter(({ step }) => step >= now).map(({ step, lr }) => ({ step, comingLr: lr }));
    return [...points, ...validated, ...coming].sort((a, b) => a.step - b.step);
  }, [points, validated, comingLr]);
  const domain = useMemo(
    () =>
      lossDomain(
        points,
        validated.map(({ validLoss }) => validLoss),
      ),
    [points, validated],
  );
  const ticks = roundTicks(...domain);
  const lowest = ticks[0] ?? 0;
  const epochLines =
    settings.epochs <= MOST_EPOCH_LINES ? Array.from({ length: settings.epochs - 1 }, (_, index) => index + 1) : [];

  return (
    <div className={styles.chart}>
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart data={rows} margin={{ top: 20, right: 0, bottom: 20, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" strokeOpacity={0.7} vertical={false} />
          <XAxis
            {...AXIS}
            dataKey="step"
            type="number"
            domain={[0, Math.max(1, stepsTotal)]}
            tickFormatter={formatCount}
            label={{ value: "step", position: "insideBottom", offset: -14, fill: "var(--muted)", fontSize: 12 }}
          />
          <YAxis
            {...AXIS}
            yAxisId="loss"
            width={46}
            domain={[lowest, ticks.at(-1) ?? 1]}
            ticks={ticks}
            interval={0}
            allowDataOverflow
          />
          <YAxis
            {...AXIS}
            yAxisId="lr"
            orientation="right"
            width={56}
            domain={[0, settings.maxLr * 1.05]}
            ticks={[0, settings.maxLr / 2, settings.maxLr]}
            tickFormatter={(lr: number) => (lr === 0 ? "0" : formatLr(lr))}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--faint)", strokeDasharray: "3 3" }}
            content={({ active, payload }) => (active ? <Reading row={payload[0]?.payload} /> : null)}
          />
          {epochLines.map((epoch) => (
            <ReferenceLine
              key={epoch}
              yAxisId="loss"
              x={epoch * stepsPerEpoch}
              stroke="var(--line)"
              {...(settings.epochs <= 12 && {
                label: { value: `epoch ${epoch + 1}`, position: "insideTopLeft", fill: "var(--muted)", fontSize: 12 },
              })}
            />
          ))}
          <Line {...LINE} yAxisId="loss" dataKey="loss" stroke="var(--accent)" strokeOpacity={0.25} strokeWidth={1} />
          <Line {...LINE} yAxisId="lr" dataKey="lr" stroke="var(--lr)" strokeWidth={1.6} />
          <Line
            {...LINE}
            yAxisId="lr"
            dataKey="comingLr"
            stroke="var(--lr)"
            strokeOpacity={0.6}
            strokeWidth={1.4}
            strokeDasharray="3 5"
          />
          <Line {...LINE} yAxisId="loss" dataKey="smoothed" stroke="var(--accent)" strokeWidth={2} />
          <Line {...LINE} yAxisId="loss" dataKey="validLoss" stroke="var(--amber)" strokeWidth={1.8} />
          {validated.slice(-MOST_EPOCH_DOTS).map(({ step, validLoss }) => (
            // Not as the line's own dots: those would be made for every row of the chart.
            <ReferenceDot
              key={step}
              yAxisId="loss"
              x={step}
              y={validLoss}
              r={3.5}
              fill="var(--panel)"
              stroke="var(--amber)"
              strokeWidth={2}
            />
          ))}
          {[checkpoints.best, checkpoints.last].map(
            (checkpoint, index) =>
              checkpoint && (
                <ReferenceDot
                  key={checkpoint.key}
                  yAxisId="loss"
                  x={checkpoint.step}
                  y={lowest}
                  shape={({ cx = 0, cy = 0 }) => (
                    <path d={`M${cx} ${cy}v-11`} stroke="var(--good)" strokeWidth={3} strokeLinecap="round">
                      <title>{`${index === 0 ? "Best" : "Last"} checkpoint, step ${formatCount(checkpoint.step)}`}</title>
                    </path>
                  )}
                />
              ),
          )}
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

const LINE = { dot: false, activeDot: false, connectNulls: true, isAnimationActive: false, type: "linear" } as const;

function Reading({ row }: { row: Row | undefined }) {
  if (!row) return null;
  const { step, loss, smoothed, validLoss, lr, comingLr } = row;
  const readings = [
    loss !== undefined && { name: "loss", value: formatMetric(loss) },
    smoothed !== undefined && { name: "smoothed", value: formatMetric(smoothed), color: "var(--accent)" },
    validLoss !== undefined && { name: "validation", value: formatMetric(validLoss), color: "var(--amber)" },
    lr !== undefined && { name: "LR", value: formatLr(lr), color: "var(--lr)" },
    comingLr !== undefined && { name: "LR to come", value: formatLr(comingLr), color: "var(--lr)" },
  ];
  return <ChartTooltip title={`Step ${formatCount(step)}`} rows={readings.filter((reading) => reading !== false)} />;
}
