// Learning rate and momentum over the planned steps, as the run will take them. Drawn small, from the run's own functions.
import { useMemo } from "react";
import { countStepsPerEpoch } from "../../app/fit";
import { planPhases, type RatePoint, thinRates } from "../../protocol/schedule";
import { useLab } from "../labContext";
import { formatCount, formatLr } from "../parts/format";
import styles from "./ratePreview.module.css";

const POINTS = 160;
const WIDTH = 100;
const HEIGHT = 40;
/** Of an epoch, before it is known how many films it has. */
const USUAL_STEPS = 100;

export function RatePreview() {
  const settings = useLab((lab) => lab.settings);
  const known = useLab(({ settings: of, sample }) => (sample.summary ? countStepsPerEpoch(of, sample.summary) : 0));
  const stepsPerEpoch = known || USUAL_STEPS;
  const total = stepsPerEpoch * settings.epochs;
  const points = useMemo(
    () => thinRates(planPhases(settings, stepsPerEpoch), total, [], POINTS),
    [settings, stepsPerEpoch, total],
  );
  const momenta = points.map(({ momentum }) => momentum);
  const [least, most] = [Math.min(...momenta), Math.max(...momenta)];
  const end = known > 0 ? formatCount(total) : `${settings.epochs}`;
  return (
    <figure
      className={styles.preview}
      role="img"
      aria-label={`Learning rate from ${formatLr(points[0]?.lr ?? 0)} over at most ${formatLr(settings.maxLr)} to ${formatLr(points.at(-1)?.lr ?? 0)}, momentum from ${least} to ${most}`}
    >
      <div className={styles.lrAxis}>
        <span>{formatLr(settings.maxLr)}</span>
        <b>LR</b>
        <span>0</span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <path className={styles.momentum} d={trace(points, total, (point) => scale(point.momentum, least, most))} />
        <path className={styles.lr} d={trace(points, total, ({ lr }) => lr / settings.maxLr)} />
      </svg>
      <div className={styles.momentumAxis}>
        <span>{most}</span>
        <b>momentum</b>
        <span>{least < most ? least : ""}</span>
      </div>
      <div className={styles.stepAxis}>
        <span>0</span>
        <b>{known > 0 ? "steps" : "epochs"}</b>
        <span>{end}</span>
      </div>
    </figure>
  );
}

/** One that does not change runs along the top. */
const scale = (value: number, least: number, most: number) => (least < most ? (value - least) / (most - least) : 1);

/** A line through the points, with a little room above and below; `share` of the height, 1 at the top. */
function trace(points: readonly RatePoint[], total: number, share: (point: RatePoint) => number): string {
  const at = (point: RatePoint) => {
    const x = (point.step / Math.max(1, total - 1)) * WIDTH;
    const y = HEIGHT - 2 - share(point) * (HEIGHT - 4);
    return `${x.toFixed(2)} ${y.toFixed(2)}`;
  };
  return `M${points.map(at).join("L")}`;
}
