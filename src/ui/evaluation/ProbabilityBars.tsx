// How sure the network is: films by predicted probability, positives above the line and negatives below.
import { useMemo } from "react";
import type { Prediction } from "../../app/predictions";
import styles from "./evaluation.module.css";
import { binPredictions } from "./predictions";

const BINS = 20;

export function ProbabilityBars({ predictions }: { predictions: Prediction[] }) {
  const bins = useMemo(() => binPredictions(predictions, BINS), [predictions]);
  const most = Math.max(1, ...bins.flatMap(({ positives, negatives }) => [positives, negatives]));
  const said = predictions.filter(({ target, probability }) => target !== null && probability >= 0.5);
  const right = said.filter(({ target }) => target === 1).length;
  return (
    <div className={styles.bars}>
      <p className={styles.key}>
        <b data-class="positive">positive films</b>
        <b data-class="negative">negative films</b>
        <span>by predicted probability</span>
      </p>
      <div
        className={styles.bins}
        role="img"
        aria-label={`Of ${said.length} films given a probability of 0.5 or more, ${right} are positive.`}
      >
        {bins.map(({ from, positives, negatives }) => (
          <div
            key={from}
            title={`${from.toFixed(2)} to ${(from + 1 / BINS).toFixed(2)}: ${positives} positive, ${negatives} negative`}
          >
            <i data-class="positive" style={{ height: `${(positives / most) * 50}%`, bottom: "50%" }} />
            <i data-class="negative" style={{ height: `${(negatives / most) * 50}%`, top: "50%" }} />
          </div>
        ))}
      </div>
      <p className={styles.scale} aria-hidden="true">
        <span>0</span>
        <span>0.5</span>
        <span>1</span>
      </p>
    </div>
  );
}
