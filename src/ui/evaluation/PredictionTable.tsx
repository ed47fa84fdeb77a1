// Every validation film with its probability, the most wrong first; a page of rows at a time.
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Prediction } from "../../app/predictions";
import { DataTable } from "../parts/DataTable";
import { formatCount, formatMetric } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./evaluation.module.css";
import { orderPredictions, type PredictionOrder, wrongness } from "./predictions";

const ORDERS: { order: PredictionOrder; words: string }[] = [
  { order: "mostWrong", words: "most wrong" },
  { order: "highest", words: "highest" },
  { order: "lowest", words: "lowest" },
];
const PAGE_ROWS = 100;
const LABEL_WORDS = { 0: "negative", 1: "positive", unknown: "unknown" };

export function PredictionTable({ predictions }: { predictions: Prediction[] }) {
  const [order, setOrder] = useState<PredictionOrder>("mostWrong");
  const [shown, setShown] = useState(PAGE_ROWS);
  const ordered = useMemo(() => orderPredictions(predictions, order), [predictions, order]);
  return (
    <Panel
      title="Films"
      aside={
        <div className={partsStyles.pills}>
          {ORDERS.map((one) => (
            <button type="button" key={one.order} aria-pressed={one.order === order} onClick={() => setOrder(one.order)}>
              {one.words}
            </button>
          ))}
        </div>
      }
    >
      <DataTable
        caption="Predicted probability of each validation film"
        columns={["film", "label", "probability", "logit"]}
        rows={ordered.slice(0, shown).map((prediction) => ({
          key: prediction.path,
          cells: [
            <span key="path" className={styles.path} title={prediction.path}>
              {prediction.path}
            </span>,
            LABEL_WORDS[prediction.target ?? "unknown"],
            <span key="probability" data-wrong={wrongness(prediction) > 0.5 || undefined} className={styles.probability}>
              {formatMetric(prediction.probability)}
            </span>,
            prediction.logit.toFixed(2),
          ],
        }))}
      />
      {shown < ordered.length && (
        <div className={styles.more}>
          <Button variant="subtle" onClick={() => setShown(shown + PAGE_ROWS)}>
            {formatCount(Math.min(PAGE_ROWS, ordered.length - shown))} more of {formatCount(ordered.length)}
          </Button>
        </div>
      )}
    </Panel>
  );
}
