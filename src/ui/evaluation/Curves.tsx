// ROC, precision and recall, and calibration, each with the operating point on it.
import type { Calibration, OperatingPoint, ReliabilityBin, TargetSummary } from "../../protocol/statistics";
import { useLab } from "../labContext";
import { DataTable } from "../parts/DataTable";
import { Figure } from "../parts/Figure";
import { formatCount, formatInterval, formatMetric } from "../parts/format";
import { type Axis, type Margin, Plot, type Reading, type Scales } from "../plot/Plot";
import { nearest, tracePath } from "../plot/scale";
import styles from "./evaluation.module.css";

const MARGIN: Margin = { top: 10, right: 14, bottom: 40, left: 40 };
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const axis = (label: string): Axis => ({ from: 0, to: 1, ticks: TICKS, label });
/** Rows of a curve's table: more are not read. */
const MOST_ROWS = 60;

export function Curves() {
  const { summary, reading } = useLab((lab) => lab.figures);
  if (!summary || !reading) return null;
  const point = reading.operatingPoint;
  return (
    <div className={styles.curves}>
      {summary.roc && <RocChart roc={summary.roc} point={point} />}
      {summary.precisionRecall && <PrecisionRecallChart curve={summary.precisionRecall} point={point} summary={summary} />}
      {summary.calibration && reading.calibration && (
        <CalibrationChart asTrained={summary.calibration} corrected={reading.calibration} />
      )}
    </div>
  );
}

interface XY {
  x: number;
  y: number;
}

interface UnitPlotProps {
  x: string;
  y: string;
  points: XY[];
  /** A line of no worth to compare with, from its left end to its right. */
  chance: [number, number];
  marked: XY | null;
  names: [x: string, y: string];
}

/** A curve within the unit square. */
function UnitPlot({ x: xLabel, y: yLabel, points, chance, marked, names }: UnitPlotProps) {
  function read(pixels: number, { x }: Scales): Reading | undefined {
    const found = nearest(points, (one) => x.at(one.x), pixels);
    return (
      found && {
        x: found.x,
        title: "",
        rows: [
          { name: names[0], value: formatMetric(found.x) },
          { name: names[1], value: formatMetric(found.y) },
        ],
      }
    );
  }
  return (
    <Plot
      margin={MARGIN}
      x={axis(xLabel)}
      y={{ ...axis(yLabel), label: "" }}
      read={read}
      marks={(scales) => marked && <Mark at={marked} scales={scales} />}
    >
      {({ x, y }) => (
        <>
          <path
            d={tracePath([
              [x.at(0), y.at(chance[0])],
              [x.at(1), y.at(chance[1])],
            ])}
            stroke="var(--faint)"
            strokeDasharray="3 4"
          />
          <path d={tracePath(points.map((one) => [x.at(one.x), y.at(one.y)]))} stroke="var(--accent)" strokeWidth={2} />
        </>
      )}
    </Plot>
  );
}

function Mark({ at, scales: { x, y } }: { at: XY; scales: Scales }) {
  return <circle cx={x.at(at.x)} cy={y.at(at.y)} r={4.5} fill="var(--panel)" stroke="var(--lr)" strokeWidth={2.2} />;
}

function RocChart({ roc, point }: { roc: NonNullable<TargetSummary["roc"]>; point: OperatingPoint | null }) {
  const points = Array.from(roc.fpr, (fpr, at): XY => ({ x: fpr, y: roc.tpr[at] ?? 0 }));
  const marked = point?.sensitivity && point.specificity && { x: 1 - point.specificity.value, y: point.sensitivity.value };
  return (
    <Figure
      label="ROC curve"
      title="ROC"
      legend={[{ name: "sensitivity", color: "var(--accent)" }]}
      table={() => <CurveTable caption="ROC curve" columns={["1 - specificity", "sensitivity"]} points={points} />}
    >
      <UnitPlot
        x="1 - specificity"
        y="sensitivity"
        points={points}
        chance={[0, 1]}
        marked={marked ?? null}
        names={["1 - specificity", "sensitivity"]}
      />
    </Figure>
  );
}

interface PrecisionRecallProps {
  curve: NonNullable<TargetSummary["precisionRecall"]>;
  point: OperatingPoint | null;
  summary: TargetSummary;
}

function PrecisionRecallChart({ curve, point, summary }: PrecisionRecallProps) {
  const points = Array.from(curve.recall, (recall, at): XY => ({ x: recall, y: curve.precision[at] ?? 0 }));
  const marked = point?.sensitivity && point.ppv && { x: point.sensitivity.value, y: point.ppv.value };
  const share = summary.prevalence?.value ?? 0;
  return (
    <Figure
      label="Precision and recall"
      title="Precision and recall"
      legend={[{ name: "precision", color: "var(--accent)" }]}
      table={() => <CurveTable caption="Precision and recall" columns={["recall", "precision"]} points={points} />}
    >
      <UnitPlot
        x="recall"
        y="precision"
        points={points}
        chance={[share, share]}
        marked={marked ?? null}
        names={["recall", "precision"]}
      />
    </Figure>
  );
}

function CalibrationChart({ asTrained, corrected }: { asTrained: Calibration; corrected: Calibration }) {
  const bins = corrected.reliability;
  const trace = (of: ReliabilityBin[], { x, y }: Scales) =>
    tracePath(of.map(({ meanProbability, positiveShare }) => [x.at(meanProbability), y.at(positiveShare.value)]));
  function read(pixels: number, { x }: Scales): Reading | undefined {
    const found = nearest(bins, ({ meanProbability }) => x.at(meanProbability), pixels);
    return (
      found && {
        x: found.meanProbability,
        title: `${formatCount(found.films)} films`,
        rows: [
          { name: "probability", value: formatMetric(found.meanProbability) },
          { name: "positive", value: formatMetric(found.positiveShare.value) },
          { name: "95 %", value: formatInterval(found.positiveShare) },
        ],
      }
    );
  }
  return (
    <Figure
      label="Calibration"
      title="Calibration"
      legend={[
        { name: "corrected", color: "var(--accent)" },
        { name: "as trained", color: "var(--faint)" },
      ]}
      table={() => (
        <DataTable
          caption="Films by corrected probability"
          columns={["probability", "mean", "positive", "95 %", "films"]}
          rows={bins.map(({ from, to, meanProbability, positiveShare, films }) => ({
            key: from,
            cells: [
              `${from.toFixed(1)} to ${to.toFixed(1)}`,
              formatMetric(meanProbability),
              formatMetric(positiveShare.value),
              formatInterval(positiveShare),
              formatCount(films),
            ],
          }))}
        />
      )}
    >
      <Plot
        margin={MARGIN}
        x={axis("probability")}
        y={axis("")}
        read={read}
        marks={({ x, y }) =>
          bins.map(({ from, meanProbability, positiveShare: { value, low, high } }) => (
            <g key={from} stroke="var(--accent)">
              <line x1={x.at(meanProbability)} x2={x.at(meanProbability)} y1={y.at(low)} y2={y.at(high)} strokeOpacity={0.5} />
              <circle cx={x.at(meanProbability)} cy={y.at(value)} r={3} fill="var(--panel)" strokeWidth={2} />
            </g>
          ))
        }
      >
        {(scales) => (
          <>
            <path
              d={tracePath([
                [scales.x.at(0), scales.y.at(0)],
                [scales.x.at(1), scales.y.at(1)],
              ])}
              stroke="var(--faint)"
              strokeDasharray="3 4"
            />
            <path d={trace(asTrained.reliability, scales)} stroke="var(--faint)" strokeWidth={1.6} />
            <path d={trace(bins, scales)} stroke="var(--accent)" strokeWidth={2} />
          </>
        )}
      </Plot>
    </Figure>
  );
}

function CurveTable({ caption, columns, points }: { caption: string; columns: [string, string]; points: XY[] }) {
  const every = Math.max(1, Math.ceil(points.length / MOST_ROWS));
  const shown = points.filter((_, at) => at % every === 0 || at === points.length - 1);
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={shown.map(({ x, y }, at) => ({ key: at, cells: [formatMetric(x), formatMetric(y)] }))}
    />
  );
}
