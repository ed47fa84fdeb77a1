// Loss, AUROC and learning rate of the compared trials, each laid over one another.
import { useMemo } from "react";
import type { Trial } from "../../../protocol/training";
import { useLab } from "../../labContext";
import { formatLr, formatMetric, toTitle } from "../../parts/format";
import { extentOf } from "../../plot/scale";
import { lossDomain } from "../../train/thin";
import { CurveFigure, type DrawnCurve } from "./CurveFigure";
import styles from "./compare.module.css";
import { type CurvePoint, nameAurocOf, type TrialCurves, traceTrial } from "./lines";

export function Curves({ trials }: { trials: Trial[] }) {
  const steps = useLab((lab) => lab.comparison.steps);
  const traced = useMemo(() => trials.map((trial, place) => traceTrial(trial, place, steps.get(trial.id))), [trials, steps]);
  const legend = traced.map(({ trial, color, isDashed }) => ({ name: `trial ${trial}`, color, dotted: isDashed }));
  const auroc = nameAurocOf(trials);
  const lossCurves = traced.flatMap((curves) => [
    drawn(curves, curves.smoothed, "training"),
    drawn(curves, curves.validLoss, "validation"),
  ]);
  const aurocs = traced.flatMap((curves) => curves.auroc.map(({ y }) => y));
  const highestLr = extentOf([0, ...traced.flatMap((curves) => curves.lr.map(({ y }) => y))])[1];
  return (
    <div className={styles.curves}>
      <CurveFigure
        label="Loss compared"
        title="Loss"
        remark="Thin: in training, smoothed. Thick with dots: in validation."
        legend={legend}
        curves={lossCurves}
        domain={lossDomain(
          traced.flatMap(({ smoothed }) => smoothed.map(({ y }) => ({ step: 0, loss: y, smoothed: y, lr: 0 }))),
          traced.flatMap(({ validLoss }) => validLoss.map(({ y }) => ({ validLoss: y }))),
        )}
        format={formatMetric}
      />
      <CurveFigure
        label={`${toTitle(auroc)} compared`}
        title={`${toTitle(auroc)} in validation`}
        legend={legend}
        curves={traced.map((curves) => drawn(curves, curves.auroc, "validation", true))}
        domain={aurocs.length > 0 ? extentOf(aurocs) : [0.5, 1]}
        format={formatMetric}
      />
      <CurveFigure
        label="Learning rate compared"
        title="Learning rate"
        legend={legend}
        curves={traced.map((curves) => drawn(curves, curves.lr, "training", true))}
        domain={[0, highestLr || 1]}
        format={(lr) => (lr === 0 ? "0" : formatLr(lr))}
      />
    </div>
  );
}

/** @param isAlone where the figure has no other curve of the trial to tell it from */
function drawn(
  { trial, color, isDashed }: TrialCurves,
  points: CurvePoint[],
  of: "training" | "validation",
  isAlone = false,
): DrawnCurve {
  const name = isAlone ? `trial ${trial}` : `trial ${trial}, ${of}`;
  return { name, color, isDashed, points, isMarked: of === "validation" };
}
