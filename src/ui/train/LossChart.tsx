// Loss and learning rate over the steps of a run, on two axes.
import { useMemo } from "react";
import type { StepColumns } from "../../protocol/steps";
import type { Trial } from "../../protocol/training";
import { formatCount, formatLr, formatMetric } from "../parts/format";
import { type Margin, Plot, type Reading, type Scales, vertical } from "../plot/Plot";
import { nearest, tracePath } from "../plot/scale";
import { roundTicks } from "../plot/ticks";
import { lossDomain, type ThinPoint, thinSteps } from "./thin";
import styles from "./train.module.css";

/** Two points each: about one for every two pixels of a wide chart. */
const BUCKETS = 300;
const MOST_EPOCH_LINES = 40;
const MOST_EPOCH_NAMES = 12;
const MOST_EPOCH_DOTS = 60;
const MARGIN: Margin = { top: 20, right: 56, bottom: 40, left: 46 };

interface LossChartProps {
  steps: StepColumns;
  /** How many of them there are: they are filled in place. */
  count: number;
  stepsTotal: number;
  comingLr: { step: number; lr: number }[];
  trial: Trial;
}

export function LossChart({ steps, count, stepsTotal, comingLr, trial }: LossChartProps) {
  const { epochs, settings, checkpoints } = trial;
  const points = useMemo(() => thinSteps(steps, count, BUCKETS), [steps, count]);
  const stepsPerEpoch = stepsTotal / settings.epochs;
  const validated = useMemo(
    () => epochs.map(({ epoch, validLoss }) => ({ step: Math.round((epoch + 1) * stepsPerEpoch) - 1, validLoss })),
    [epochs, stepsPerEpoch],
  );
  const coming = useMemo(() => {
    const now = points.at(-1)?.step ?? 0;
    return comingLr.filter(({ step }) => step >= now);
  }, [comingLr, points]);
  const [low, high] = useMemo(() => lossDomain(points, validated), [points, validated]);
  const ticks = roundTicks(low, high);
  const top = ticks.at(-1) ?? 1;
  const { maxLr } = settings;

  function read(pixels: number, { x }: Scales): Reading | undefined {
    const found = nearest([...points, ...validated, ...coming], ({ step }) => x.at(step), pixels);
    return (
      found && { x: found.step, title: `Step ${formatCount(found.step)}`, rows: readStep(found.step, points, validated, coming) }
    );
  }

  return (
    <div className={styles.chart}>
      <Plot
        margin={MARGIN}
        x={{
          from: 0,
          to: Math.max(1, stepsTotal),
          ticks: roundTicks(0, Math.max(1, stepsTotal)).filter((step) => step <= stepsTotal && Number.isInteger(step)),
          format: formatCount,
          label: "step",
        }}
        y={{ from: ticks[0] ?? 0, to: top, ticks }}
        right={{ from: 0, to: maxLr * 1.05, ticks: [0, maxLr / 2, maxLr], format: (lr) => (lr === 0 ? "0" : formatLr(lr)) }}
        read={read}
        marks={({ x, y }) =>
          validated
            .slice(-MOST_EPOCH_DOTS)
            .map(({ step, validLoss }) => (
              <path
                key={step}
                d={validLoss > top ? BEYOND : DOT}
                transform={`translate(${x.at(step)} ${y.at(Math.min(validLoss, top))})`}
                fill="var(--panel)"
                stroke="var(--amber)"
                strokeWidth={2}
              />
            ))
        }
      >
        {({ x, y, right, height }) => (
          <>
            <EpochLines epochs={settings.epochs} at={(epoch) => x.at(epoch * stepsPerEpoch)} height={height} />
            <path
              d={tracePath(points.map(({ step, loss }) => [x.at(step), y.at(loss)]))}
              stroke="var(--accent)"
              strokeOpacity={0.25}
            />
            <path d={tracePath(points.map(({ step, lr }) => [x.at(step), right.at(lr)]))} stroke="var(--lr)" strokeWidth={1.6} />
            <path
              d={tracePath(coming.map(({ step, lr }) => [x.at(step), right.at(lr)]))}
              stroke="var(--lr)"
              strokeOpacity={0.6}
              strokeWidth={1.4}
              strokeDasharray="3 5"
            />
            <path
              d={tracePath(points.map(({ step, smoothed }) => [x.at(step), y.at(smoothed)]))}
              stroke="var(--accent)"
              strokeWidth={2}
            />
            <path
              d={tracePath(validated.map(({ step, validLoss }) => [x.at(step), y.at(validLoss)]))}
              stroke="var(--amber)"
              strokeWidth={1.8}
            />
            {[checkpoints.best, checkpoints.last].map(
              (checkpoint) =>
                checkpoint && (
                  <line
                    key={checkpoint.key}
                    {...vertical(x.at(checkpoint.step), height)}
                    y1={height - 11}
                    stroke="var(--good)"
                    strokeWidth={3}
                  />
                ),
            )}
          </>
        )}
      </Plot>
    </div>
  );
}

/** A circle of 3.5 pixels around where it is put, and a triangle just below it. */
const DOT = "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0";
const BEYOND = "M0 2l5 7h-10z";

interface EpochLinesProps {
  epochs: number;
  /** Pixels of the end of so many epochs. */
  at: (epochs: number) => number;
  height: number;
}

function EpochLines({ epochs, at, height }: EpochLinesProps) {
  if (epochs > MOST_EPOCH_LINES) return null;
  const isNamed = epochs <= MOST_EPOCH_NAMES && at(1) - at(0) > 60;
  return Array.from({ length: epochs - 1 }, (_, index) => index + 1).map((epoch) => (
    <g key={epoch}>
      <line {...vertical(at(epoch), height)} stroke="var(--line)" />
      {isNamed && (
        <text x={at(epoch) + 5} y={14}>
          epoch {epoch + 1}
        </text>
      )}
    </g>
  ));
}

function readStep(
  step: number,
  points: readonly ThinPoint[],
  validated: readonly { step: number; validLoss: number }[],
  coming: readonly { step: number; lr: number }[],
): Reading["rows"] {
  const taken = points.find((point) => point.step === step);
  const valid = validated.find((epoch) => epoch.step === step);
  const planned = taken ? undefined : coming.find((rate) => rate.step === step);
  return [
    ...(taken
      ? [
          { name: "loss", value: formatMetric(taken.loss) },
          { name: "smoothed", value: formatMetric(taken.smoothed), color: "var(--accent)" },
          { name: "LR", value: formatLr(taken.lr), color: "var(--lr)" },
        ]
      : []),
    ...(valid ? [{ name: "validation", value: formatMetric(valid.validLoss), color: "var(--amber)" }] : []),
    ...(planned ? [{ name: "LR to come", value: formatLr(planned.lr), color: "var(--lr)" }] : []),
  ];
}
