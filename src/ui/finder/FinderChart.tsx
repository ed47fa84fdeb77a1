// The finder's curve on a log axis: a click, a drag or the arrow keys pick the max LR.
import type { KeyboardEvent, PointerEvent } from "react";
import { nearestRate } from "../../protocol/finder";
import { formatLr, formatMetric } from "../parts/format";
import { lossRange, lrAtFraction, roundLr } from "./curve";
import { CURVE_MARGIN, FinderCurve, type FinderCurveProps } from "./FinderCurve";
import styles from "./finder.module.css";

interface FinderChartProps extends FinderCurveProps {
  onPick: (lr: number) => void;
}

export function FinderChart({ points, isComplete, suggestions, maxLr, onPick }: FinderChartProps) {
  if (!lossRange(points, isComplete)) return null;
  const picked = nearestRate(
    points.map(({ lr }) => lr),
    maxLr,
  );

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
    const fraction = (clientX - left - CURVE_MARGIN.left) / (width - CURVE_MARGIN.left - CURVE_MARGIN.right);
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
      <FinderCurve points={points} isComplete={isComplete} suggestions={suggestions} maxLr={maxLr} />
    </div>
  );
}
