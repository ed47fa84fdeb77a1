// A plot of figures as SVG: grid, axes, and the box that reads the figures under the pointer. What is drawn on it is its children's.
import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, type ReactNode, useId, useState } from "react";
import styles from "./plot.module.css";
import { type Domain, makeScale, type Scale } from "./scale";

export interface Axis extends Domain {
  ticks: readonly number[];
  format?: (value: number) => string;
  label?: string;
}

export interface Scales {
  x: Scale;
  y: Scale;
  /** Of the axis on the right; the same as `y` where there is none. */
  right: Scale;
  /** Pixels of the area between the axes. */
  width: number;
  height: number;
}

export interface Reading {
  /** On the x axis. */
  x: number;
  title: string;
  rows: { name: string; value: string; color?: string }[];
}

/** Pixels around the area between the axes. */
export interface Margin {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

interface PlotProps {
  margin: Margin;
  x: Axis;
  y: Axis;
  right?: Axis;
  /** What is to be read at so many pixels along x, if anything. */
  read: (pixels: number, scales: Scales) => Reading | undefined;
  /** Clipped to the area between the axes. */
  children: (scales: Scales) => ReactNode;
  /** Drawn over it, and beyond it. */
  marks?: (scales: Scales) => ReactNode;
}

const plain = (value: number) => String(value);

export function Plot({ margin, x, y, right, read, children, marks }: PlotProps) {
  const { ref, width: outerWidth, height: outerHeight } = useElementSize<HTMLDivElement>();
  const [pointer, setPointer] = useState<number | null>(null);
  const clip = useId();
  const width = Math.max(0, outerWidth - margin.left - margin.right);
  const height = Math.max(0, outerHeight - margin.top - margin.bottom);
  const scales: Scales = {
    x: makeScale(x, width),
    y: makeScale(y, -height),
    right: makeScale(right ?? y, -height),
    width,
    height,
  };
  const reading = pointer === null ? undefined : read(pointer, scales);

  function point({ currentTarget, clientX }: PointerEvent): void {
    const along = clientX - currentTarget.getBoundingClientRect().left - margin.left;
    setPointer(along >= 0 && along <= width ? along : null);
  }

  return (
    <div ref={ref} className={styles.plot} onPointerMove={point} onPointerLeave={() => setPointer(null)}>
      {width > 0 && height > 0 && (
        <svg width={outerWidth} height={outerHeight} viewBox={`0 0 ${outerWidth} ${outerHeight}`} aria-hidden="true">
          <clipPath id={clip}>
            <rect width={width} height={height} />
          </clipPath>
          <g transform={`translate(${margin.left} ${margin.top})`}>
            <Axes x={x} y={y} right={right} scales={scales} />
            <g clipPath={`url(#${clip})`}>
              {children(scales)}
              {reading && <line className={styles.cursor} {...vertical(scales.x.at(reading.x), height)} />}
            </g>
            {marks?.(scales)}
          </g>
        </svg>
      )}
      {reading && <ReadingBox reading={reading} left={margin.left + scales.x.at(reading.x)} top={margin.top} of={outerWidth} />}
    </div>
  );
}

interface AxesProps {
  x: Axis;
  y: Axis;
  right: Axis | undefined;
  scales: Scales;
}

function Axes({ x, y, right, scales: { width, height, ...scales } }: AxesProps) {
  return (
    <g className={styles.axes}>
      {y.ticks.map((tick) => (
        <line key={tick} className={styles.grid} x2={width} y1={scales.y.at(tick)} y2={scales.y.at(tick)} />
      ))}
      <path d={`M0 0V${height}H${width}${right ? "V0" : ""}`} />
      {x.ticks.map((tick) => (
        <text key={tick} x={scales.x.at(tick)} y={height + 16} textAnchor="middle">
          {(x.format ?? plain)(tick)}
        </text>
      ))}
      {x.label && (
        <text x={width / 2} y={height + 34} textAnchor="middle">
          {x.label}
        </text>
      )}
      {y.ticks.map((tick) => (
        <text key={tick} x={-8} y={scales.y.at(tick)} dy="0.35em" textAnchor="end">
          {(y.format ?? plain)(tick)}
        </text>
      ))}
      {right?.ticks.map((tick) => (
        <text key={tick} x={width + 8} y={scales.right.at(tick)} dy="0.35em">
          {(right.format ?? plain)(tick)}
        </text>
      ))}
    </g>
  );
}

/** Beside the cursor, on the side that has more room. */
function ReadingBox({ reading: { title, rows }, left, top, of }: { reading: Reading; left: number; top: number; of: number }) {
  const place = left < of / 2 ? { left: left + 12 } : { right: of - left + 12 };
  return (
    <div className={styles.reading} style={{ top, ...place }}>
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

/** A line over the whole height. */
export const vertical = (x: number, height: number) => ({ x1: x, x2: x, y1: 0, y2: height });
