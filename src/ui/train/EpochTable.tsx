// What validation said after each epoch; the best is marked.
import { memo } from "react";
import { isBetter } from "../../protocol/metrics";
import { targetsOf } from "../../protocol/settings";
import type { EpochRecord, Trial } from "../../protocol/training";
import { DataTable } from "../parts/DataTable";
import { formatDuration, formatInterval, formatMetric, formatPlural, nameAuroc } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./train.module.css";

/** The newest; a run of thousands would only fill the page. */
const MOST_ROWS = 200;

export const EpochTable = memo(function EpochTable({ trial, isUnderWay }: { trial: Trial; isUnderWay: boolean }) {
  return (
    <Panel title="After each epoch" aside={describeRows(trial, isUnderWay)}>
      <EpochFigures trial={trial} />
    </Panel>
  );
});

export function EpochFigures({ trial }: { trial: Trial }) {
  const { epochs, settings } = trial;
  // The first where several are as good: its checkpoint is the one that is kept.
  const best = epochs.reduce<EpochRecord | null>((so, epoch) => (isBetter(settings.keepBest, epoch, so) ? epoch : so), null);
  const shown = epochs.filter((epoch, index) => index >= epochs.length - MOST_ROWS || epoch === best);
  const isOnly = epochs.length === 1;
  return (
    <DataTable
      caption="Training and validation after each epoch"
      columns={["epoch", "training", "validation", "accuracy", nameAuroc(targetsOf(settings).length), "time"]}
      rows={shown.map((record) => {
        const { epoch, trainLoss, validLoss, accuracy, auroc, aurocInterval, seconds } = record;
        const isBest = record === best && !isOnly;
        return {
          key: epoch,
          current: isBest,
          cells: [
            isBest ? `${epoch + 1}, best` : epoch + 1,
            formatMetric(trainLoss),
            formatMetric(validLoss),
            formatMetric(accuracy),
            <>
              {formatMetric(auroc)}
              {aurocInterval && <small className={styles.interval}>{formatInterval(aurocInterval)}</small>}
            </>,
            formatDuration(seconds),
          ],
        };
      })}
    />
  );
}

function describeRows({ epochs, settings }: Trial, isUnderWay: boolean): string | undefined {
  if (epochs.length > MOST_ROWS) return `the best and the last ${MOST_ROWS} of ${formatPlural(epochs.length, "epoch")}`;
  return isUnderWay ? `${epochs.length} of ${settings.epochs}` : undefined;
}
