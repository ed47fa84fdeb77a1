// How well the classes part: the figures that hang on no operating point, with their intervals, and of several targets each one's.
import type { TargetSummary } from "../../protocol/statistics";
import type { Evaluation } from "../../protocol/training";
import { useCommands, useLab } from "../labContext";
import { DataTable } from "../parts/DataTable";
import { Readings } from "../parts/Figures";
import { SelectField } from "../parts/fields";
import { formatCount, formatInterval, formatMetric, formatPlural } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./evaluation.module.css";

export function HowGood({ evaluation }: { evaluation: Evaluation }) {
  const { at, aurocs, summary, reading } = useLab((lab) => lab.figures);
  const { readFigures } = useCommands();
  const { targets } = evaluation;
  const several = targets.length > 1;
  const area = summary?.byPatient.auroc;
  const precision = summary?.byPatient.averagePrecision;
  const calibration = reading?.calibration;
  return (
    <Panel title="How good it is" aside={several ? `${targets.length} targets` : targets[0]?.target}>
      {several && (
        <>
          <DataTable
            caption="Each target on the films whose label is known"
            columns={["target", "AUROC", "95 %, DeLong", "accuracy", "positive", "known"]}
            rows={targets.map(({ target, auroc, accuracy, positives, films }, place) => ({
              key: target,
              current: place === at,
              cells: [
                target,
                formatMetric(auroc),
                aurocs[place] ? formatInterval(aurocs[place]) : "–",
                formatMetric(accuracy),
                formatCount(positives),
                formatCount(films),
              ],
            }))}
          />
          <div className={styles.shownTarget}>
            <SelectField
              label="Shown target"
              value={String(at)}
              options={targets.map(({ target }, place) => ({ value: String(place), label: target }))}
              onChange={(place) => void readFigures({ at: Number(place) })}
            />
          </div>
        </>
      )}
      <Readings
        readings={[
          { name: "AUROC", value: formatMetric(targets[at]?.auroc), ...(area && { detail: formatInterval(area) }) },
          {
            name: "average precision",
            value: formatMetric(summary?.averagePrecision),
            ...(precision && { detail: formatInterval(precision) }),
          },
          { name: "accuracy at 0.5, as trained", value: formatMetric(targets[at]?.accuracy) },
          { name: "Brier score", value: formatMetric(calibration?.brier) },
          { name: "calibration error", value: formatMetric(calibration?.ece) },
        ]}
      />
      <p className={styles.remark}>
        {summary ? describeFilms(summary) : "Counting intervals, patient by patient."}
        {several && " DeLong’s, in the table, take films as independent, and are too narrow where patients have several."}
        {reading && reading.correction.temperature !== 1 && ` ${SCALED_HERE}`}
      </p>
    </Panel>
  );
}

/** Of a temperature that is in use. */
export const SCALED_HERE =
  "Logits are scaled by the temperature that fits these very films: Brier score and calibration error are somewhat too hopeful.";

export function describeFilms({ films, positives, patients, small, byPatient }: TargetSummary): string {
  const counts = `${formatPlural(films, "film")} of ${formatPlural(patients, "patient")}, ${formatCount(positives)} positive.`;
  if (positives === 0 || positives === films)
    return `${counts} All are of one class: nothing tells how well the network parts it from the other.`;
  if (!byPatient.auroc) return `${counts} Fewer than two patients of a class: nothing tells how far chance reaches.`;
  const drawn = `${counts} Intervals of 95 %, from drawing patients with all their films ${formatCount(byPatient.rounds)} times.`;
  return small ? `${drawn} Fewer than ten patients of a class: they are too narrow.` : drawn;
}
