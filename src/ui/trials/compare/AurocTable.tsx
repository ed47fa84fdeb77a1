// How the compared trials' AUROCs stand to the baseline's: in sentences, with what their films lack, and in figures.
import {
  describeComparison,
  formatDifference,
  formatP,
  formatSpan,
  listOverlaps,
  type TrialComparison,
} from "../../../app/compare";
import type { ComparisonState } from "../../../app/state";
import { useLab } from "../../labContext";
import { DataTable } from "../../parts/DataTable";
import { formatCount, formatInterval, formatMetric, formatPlural } from "../../parts/format";
import { FailureNotice, Notice } from "../../parts/Notice";
import { Panel } from "../../parts/Panel";
import styles from "./compare.module.css";

export function AurocTable() {
  const comparison = useLab((lab) => lab.comparison);
  const { state, rows, refused, notices, failure, baseline } = comparison;
  if (state !== "ready") {
    return (
      <Panel title="Which is better">
        <p className={styles.remark} role="status">
          Reading predictions and counting, trial by trial.
        </p>
      </Panel>
    );
  }
  const overlaps = listOverlaps(rows);
  return (
    <>
      <FailureNotice failure={failure} title="The comparison failed" />
      {overlaps.length > 0 && (
        <Notice tone="warning" title="Not the same films">
          <Lines lines={overlaps} />
        </Notice>
      )}
      {[...refused.map(({ why }) => why), ...notices].length > 0 && (
        <Notice tone="note">
          <Lines lines={[...refused.map(({ why }) => why), ...notices]} />
        </Notice>
      )}
      {rows.length > 0 && (
        <Panel title="Which is better" aside={`against trial ${baseline}`}>
          <Verdicts rows={rows} />
          <DataTable {...tableOf(comparison)} />
          <Remarks comparison={comparison} />
        </Panel>
      )}
    </>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return lines.map((line) => <p key={line}>{line}</p>);
}

function Verdicts({ rows }: { rows: TrialComparison[] }) {
  const hasSeveral = new Set(rows.map(({ target }) => target)).size > 1;
  return (
    <ul className={styles.verdicts}>
      {rows.map((row) => (
        <li key={`${row.trial} ${row.target}`}>
          {hasSeveral && <b>{row.target}: </b>}
          {describeComparison(row)}
        </li>
      ))}
    </ul>
  );
}

function tableOf({ rows, baseline, baselineAurocs }: ComparisonState) {
  const targets = baselineAurocs.filter(({ target }) => rows.some((row) => row.target === target));
  const hasSeveral = targets.length > 1;
  const named = (trial: string, target: string) => (hasSeveral ? [trial, target] : [trial]);
  const byPatient = rows.some(({ knowsPatients }) => knowsPatients);
  const isCorrected = countTests(rows) > 1;
  const only = (cell: string, when: boolean) => (when ? [cell] : []);
  return {
    caption: "AUROC of each trial, and how far it is from the baseline's",
    columns: [
      ...named("trial", "target"),
      "films",
      "AUROC",
      `trial ${baseline} on them`,
      "difference",
      "p",
      ...only("p, Holm", isCorrected),
      ...only("by patient", byPatient),
    ],
    rows: [
      ...targets.map(({ target, films, auroc }) => ({
        key: `baseline ${target}`,
        cells: [
          ...named(`${baseline}, baseline`, target),
          formatCount(films),
          auroc ? `${formatMetric(auroc.value)} (${formatInterval(auroc)})` : "–",
          "–",
          "–",
          "–",
          ...only("–", isCorrected),
          ...only("–", byPatient),
        ],
      })),
      ...rows.map(({ trial, target, models, holmP, knowsPatients }) => {
        const { auroc } = models;
        const drawn = knowsPatients ? models.byPatient.auroc : null;
        return {
          key: `${trial} ${target}`,
          cells: [
            ...named(String(trial), target),
            formatCount(models.films),
            auroc ? `${formatMetric(auroc.first.value)} (${formatInterval(auroc.first)})` : "–",
            formatMetric(auroc?.second.value),
            auroc ? `${formatDifference(auroc.difference.value)} (${formatSpan(auroc.difference)})` : "–",
            auroc?.p == null ? "–" : formatP(auroc.p),
            ...only(holmP === null ? "–" : formatP(holmP), isCorrected),
            ...only(drawn ? formatSpan(drawn) : "–", byPatient),
          ],
        };
      }),
    ],
  };
}

const countTests = (rows: TrialComparison[]) => rows.filter(({ holmP }) => holmP !== null).length;

function Remarks({ comparison: { rows, which } }: { comparison: ComparisonState }) {
  const tests = countTests(rows);
  const patients = rows.find(({ knowsPatients }) => knowsPatients)?.models.byPatient.rounds ?? 0;
  return (
    <p className={styles.remark}>
      DeLong’s paired intervals of 95 % and two-sided p-values, film by film on the films that both validated on. They are of
      these networks, not of their settings: trained again from another seed, either may come out otherwise.
      {tests > 1 && ` “p, Holm” is corrected for all ${formatPlural(tests, "comparison")} here, and decides what is said above.`}
      {patients > 0 && ` “By patient” is the interval from drawing patients with all their films ${formatCount(patients)} times.`}
      {which === "best" &&
        " A best epoch of several was chosen on these very films, so that its AUROC is somewhat too hopeful; a test set would settle it."}
    </p>
  );
}
