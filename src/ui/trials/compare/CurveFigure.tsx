// One figure of several trials over their epochs: the curves laid over one another, and the same as a table.
import { DataTable } from "../../parts/DataTable";
import { Figure } from "../../parts/Figure";
import { type Axis, type Margin, Plot, type Reading, type Scales } from "../../plot/Plot";
import { tracePath } from "../../plot/scale";
import { roundTicks } from "../../plot/ticks";
import styles from "./compare.module.css";
import { type CurvePoint, pointAt } from "./lines";

export interface DrawnCurve {
  /** In the table and under the pointer. */
  name: string;
  color: string;
  isDashed: boolean;
  points: CurvePoint[];
  /** Drawn thick, with a dot at each point. */
  isMarked: boolean;
}

interface CurveFigureProps {
  label: string;
  title: string;
  /** What the lines are, above the chart. */
  remark?: string;
  legend: { name: string; color: string; dotted: boolean }[];
  curves: DrawnCurve[];
  domain: [low: number, high: number];
  format: (value: number) => string;
}

const MARGIN: Margin = { top: 12, right: 16, bottom: 40, left: 56 };
/** A run of thousands would only fill the page. */
const MOST_ROWS = 200;
const MOST_DOTS = 60;

export function CurveFigure({ label, title, remark, legend, curves, domain, format }: CurveFigureProps) {
  const epochs = Math.max(1, ...curves.map(({ points }) => points.at(-1)?.x ?? 0));
  const [low, high] = domain;
  const ticks = roundTicks(low, high);
  const x: Axis = {
    from: 0,
    to: epochs,
    ticks: roundTicks(0, epochs).filter((tick) => tick <= epochs && Number.isInteger(tick)),
    label: "epoch",
  };
  const y: Axis = { from: ticks[0] ?? low, to: ticks.at(-1) ?? high, ticks, format };

  /** Of each curve its point nearest to the pointer, as far as it is about there. */
  function read(pixels: number, scales: Scales): Reading {
    const at = scales.x.invert(pixels);
    const rows = curves.flatMap(({ name, color, points }) => {
      const point = pointAt(points, at, 0.5);
      return point ? [{ name, value: format(point.y), color }] : [];
    });
    return { x: at, title: `Epoch ${at.toFixed(1)}`, rows };
  }

  return (
    <Figure
      label={label}
      title={title}
      legend={legend}
      head={remark && <p className={styles.remark}>{remark}</p>}
      table={() => <EpochsTable caption={label} epochs={Math.ceil(epochs)} curves={curves} format={format} />}
    >
      <Plot margin={MARGIN} x={x} y={y} read={read} marks={(scales) => <Dots curves={curves} scales={scales} />}>
        {(scales) =>
          curves.map(({ name, color, isDashed, isMarked, points }) => (
            <path
              key={name}
              d={tracePath(points.map((point) => [scales.x.at(point.x), scales.y.at(point.y)]))}
              stroke={color}
              strokeWidth={isMarked ? 2 : 1.5}
              strokeDasharray={isDashed ? "5 4" : undefined}
            />
          ))
        }
      </Plot>
    </Figure>
  );
}

function Dots({ curves, scales: { x, y } }: { curves: DrawnCurve[]; scales: Scales }) {
  return curves
    .filter(({ isMarked }) => isMarked)
    .flatMap(({ name, color, points }) =>
      points
        .filter((point) => y.at(point.y) >= 0)
        .slice(-MOST_DOTS)
        .map((point) => (
          <circle
            key={`${name} ${point.x}`}
            cx={x.at(point.x)}
            cy={y.at(point.y)}
            r={3}
            fill="var(--panel)"
            stroke={color}
            strokeWidth={2}
          />
        )),
    );
}

interface EpochsTableProps extends Pick<CurveFigureProps, "curves" | "format"> {
  caption: string;
  epochs: number;
}

/** Each curve as it stood when an epoch ended. */
function EpochsTable({ caption, epochs, curves, format }: EpochsTableProps) {
  const every = Math.ceil(epochs / MOST_ROWS);
  const ends = Array.from({ length: Math.floor(epochs / every) }, (_, at) => (at + 1) * every);
  return (
    <DataTable
      caption={caption}
      columns={["after epoch", ...curves.map(({ name }) => name)]}
      rows={ends.map((end) => ({
        key: end,
        cells: [
          end,
          ...curves.map(({ points }) => {
            const point = pointAt(points, end, 0.5);
            return point ? format(point.y) : "–";
          }),
        ],
      }))}
    />
  );
}
