// What validation said after each epoch; the best is marked.
import { memo } from "react";
import { targetsOf } from "../../protocol/settings";
import type { Trial } from "../../protocol/training";
import { DataTable } from "../parts/DataTable";
import { formatDuration, formatMetric, nameAuroc } from "../parts/format";
import { Panel } from "../parts/Panel";

export const EpochTable = memo(function EpochTable({ trial, isUnderWay }: { trial: Trial; isUnderWay: boolean }) {
  const { epochs, settings } = trial;
  // The first where several are as good: its checkpoint is the one that is kept.
  const highest = Math.max(...epochs.map(({ auroc }) => auroc ?? -1));
  const best = epochs.length > 1 ? epochs.find(({ auroc }) => auroc === highest)?.epoch : undefined;
  return (
    <Panel title="After each epoch" aside={isUnderWay ? `${epochs.length} of ${settings.epochs}` : undefined}>
      <DataTable
        caption="Training and validation after each epoch"
        columns={["epoch", "training", "validation", "accuracy", nameAuroc(targetsOf(settings).length), "time"]}
        rows={epochs.map(({ epoch, trainLoss, validLoss, accuracy, auroc, seconds }) => ({
          key: epoch,
          current: epoch === best,
          cells: [
            epoch === best ? `${epoch + 1}, best` : epoch + 1,
            formatMetric(trainLoss),
            formatMetric(validLoss),
            formatMetric(accuracy),
            formatMetric(auroc),
            formatDuration(seconds),
          ],
        }))}
      />
    </Panel>
  );
});
