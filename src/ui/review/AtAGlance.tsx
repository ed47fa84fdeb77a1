// Several reviewed trials in a line each: what they have in common with a table of results, and no verdict.
import { isFailure, type ReviewedTrial } from "../../app/review";
import type { Trial } from "../../protocol/training";
import { DataTable } from "../parts/DataTable";
import { formatArchitecture, formatInterval, formatLr, formatMetric, formatTargets } from "../parts/format";
import styles from "./review.module.css";

interface AtAGlanceProps {
  trials: Trial[];
  read: ReadonlyMap<number, ReviewedTrial>;
}

export function AtAGlance({ trials, read }: AtAGlanceProps) {
  return (
    <article className={styles.trial}>
      <h2>At a glance</h2>
      <DataTable
        caption="The reviewed trials at a glance"
        columns={["trial", "target", "network", "size", "max LR", "epochs", "AUROC", "95 %"]}
        rows={trials.map(({ id, settings, epochs }) => {
          const figures = read.get(id)?.figures;
          const main = figures && !isFailure(figures) ? figures.targets[0] : null;
          const interval = main?.summary.byPatient.auroc;
          return {
            key: id,
            cells: [
              id,
              formatTargets(settings),
              formatArchitecture(settings.arch),
              `${settings.imageSize}\u00a0px`,
              formatLr(settings.maxLr),
              epochs.length,
              formatMetric(main?.summary.auroc?.value),
              interval ? formatInterval(interval) : "–",
            ],
          };
        })}
      />
    </article>
  );
}
