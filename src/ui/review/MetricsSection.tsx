// What a trial's kept validation says: figures with intervals at one operating point, at the dataset's prevalence, and by group.
import { isFailure, type ReviewedFigures, type ReviewedTrial, wasEpochChosen } from "../../app/review";
import type { ThresholdRule } from "../../protocol/statistics";
import type { Trial } from "../../protocol/training";
import { GroupFigures } from "../evaluation/GroupTable";
import { describeFilms, SCALED_HERE } from "../evaluation/HowGood";
import { describeCorrection, describeNoPoint, formatProbability, nameRule } from "../evaluation/OperatingPanel";
import { Rates } from "../evaluation/Rates";
import { DataTable } from "../parts/DataTable";
import { Readings } from "../parts/Figures";
import { formatCount, formatInterval, formatMetric } from "../parts/format";
import type { Mask } from "./mask";
import styles from "./review.module.css";

interface MetricsSectionProps {
  trial: Trial;
  figures: ReviewedTrial["figures"];
  mask: Mask;
}

export function MetricsSection({ trial, figures, mask }: MetricsSectionProps) {
  if (figures === undefined) return <p>The figures are being counted.</p>;
  if (figures === null)
    return <p>No validation of it was kept: it has no checkpoint that ends an epoch, or is of an earlier version.</p>;
  if (isFailure(figures)) return <p>{mask.failure(figures)}</p>;
  return <Metrics trial={trial} figures={figures} mask={mask} />;
}

function Metrics({ trial, figures, mask }: { trial: Trial; figures: ReviewedFigures; mask: Mask }) {
  const { targets, groupings, notice } = figures;
  const [main] = targets;
  if (!main) return null;
  const { summary, reading, rule, shares } = main;
  const area = summary.byPatient.auroc;
  const precision = summary.byPatient.averagePrecision;
  const point = reading.operatingPoint;
  return (
    <>
      {notice && <p>{mask.text(notice)}</p>}
      <p>{describeWeights(figures, trial)}</p>
      {targets.length > 1 && <TargetTable targets={targets} />}
      <Readings
        readings={[
          { name: "AUROC", value: formatMetric(summary.auroc?.value), ...(area && { detail: formatInterval(area) }) },
          {
            name: "average precision",
            value: formatMetric(summary.averagePrecision),
            ...(precision && { detail: formatInterval(precision) }),
          },
          { name: "Brier score", value: formatMetric(reading.calibration?.brier) },
          { name: "calibration error", value: formatMetric(reading.calibration?.ece) },
        ]}
      />
      <p className={styles.remark}>{describeFilms(summary)}</p>
      {point ? (
        <>
          <p>
            Operating point {describeRule(rule)}: positive from a probability of {formatProbability(point.probability)}.
          </p>
          <Rates point={point} />
        </>
      ) : (
        <p>{describeNoPoint(rule)}</p>
      )}
      <p className={styles.remark}>
        {describeCorrection(shares)}
        {reading.correction.temperature !== 1 && ` ${SCALED_HERE}`}
      </p>
      {point && groupings.length + reading.negatives.length > 0 && (
        <GroupFigures
          groupings={groupings.map(({ by, names }) => ({
            by,
            names: by === "source" ? names.map((name, at) => mask.source(at, name)) : names,
          }))}
          reading={reading}
        />
      )}
    </>
  );
}

function TargetTable({ targets }: Pick<ReviewedFigures, "targets">) {
  return (
    <DataTable
      caption="Each target on the films whose label is known"
      columns={[
        "target",
        "positive",
        "of films",
        "AUROC",
        "95 %",
        "average precision",
        "operating point",
        "from",
        "sensitivity",
        "specificity",
      ]}
      rows={targets.map(({ target, summary, rule, reading: { operatingPoint: point } }) => {
        const area = summary.byPatient.auroc;
        return {
          key: target,
          cells: [
            target,
            formatCount(summary.positives),
            formatCount(summary.films),
            formatMetric(summary.auroc?.value),
            area ? formatInterval(area) : "–",
            formatMetric(summary.averagePrecision),
            nameRule(rule),
            point ? formatProbability(point.probability) : "–",
            formatMetric(point?.sensitivity?.value),
            formatMetric(point?.specificity?.value),
          ],
        };
      })}
    />
  );
}

/** Rules that look at the films find the point that is best on these very films. */
function describeRule(rule: ThresholdRule): string {
  if (rule.by === "score") return "set by hand in Evaluate";
  return rule.by === "probability" ? `by ${nameRule(rule)}` : `by ${nameRule(rule)}, chosen on these films`;
}

function describeWeights(figures: ReviewedFigures, trial: Trial): string {
  const { which, epoch, targets } = figures;
  const of = targets.length > 1 ? ` Below the table, the figures are ${targets[0]?.target}’s.` : "";
  if (which === "last") return `Of the weights after epoch ${epoch + 1}, the last.${of}`;
  if (!wasEpochChosen(figures, trial)) return `Of the weights of epoch ${epoch + 1}, the only one.${of}`;
  return `Of the weights of the best epoch, ${epoch + 1}, which was chosen on these very films: the figures are somewhat too hopeful.${of}`;
}
