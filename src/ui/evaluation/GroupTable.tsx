// How the network does in parts of the films: a figure over all hides a group that it fails.
import type { ReactNode } from "react";
import { NEGATIVES } from "../../app/scoredFilms";
import type { FilmGroups } from "../../protocol/dataset";
import type { Estimate, GroupSummary, TargetReading } from "../../protocol/statistics";
import { useLab } from "../labContext";
import { DataTable } from "../parts/DataTable";
import { formatCount, formatInterval, formatMetric } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./evaluation.module.css";

export function GroupTable() {
  const reading = useLab((lab) => lab.figures.reading);
  const groupings = useLab((lab) => lab.evaluation.sample?.validFacts?.groups);
  if (!reading?.operatingPoint || !groupings || groupings.length + reading.negatives.length === 0) return null;
  return (
    <Panel title="By group" aside="at the operating point">
      <GroupFigures groupings={groupings} reading={reading} />
    </Panel>
  );
}

interface GroupFiguresProps {
  groupings: readonly Pick<FilmGroups, "by" | "names">[];
  reading: Pick<TargetReading, "groups" | "negatives">;
}

export function GroupFigures({ groupings, reading: { groups, negatives } }: GroupFiguresProps) {
  const rows = [
    ...groupings.flatMap((grouping, at) => (groups[at] ?? []).map((group) => describeGroup(grouping, group))),
    ...negatives.map((group) => describeGroup(NEGATIVES, group)),
  ];
  const someSmall = [...groups, negatives].some((of) => of.some(({ small }) => small));
  return (
    <div className={styles.groups}>
      <DataTable
        caption="Figures by group"
        columns={["group", "films", "positive", "AUROC", "sensitivity", "specificity"]}
        rows={rows}
      />
      <p className={styles.remark}>
        Intervals are DeLong’s and Wilson’s, which take films as independent; of many groups one stands apart by chance.
        {someSmall && " Grey groups are small: fewer than ten patients of a class, so that one more or less moves much."}
      </p>
    </div>
  );
}

function describeGroup({ by, names }: { by: string; names: readonly string[] }, group: GroupSummary) {
  const { films, positives, auroc, sensitivity, specificity, small } = group;
  const cell = (content: ReactNode) => (small ? <span className={styles.small}>{content}</span> : content);
  return {
    key: `${by} ${group.group}`,
    cells: [
      cell(`${by}: ${names[group.group] ?? ""}${small ? ", small" : ""}`),
      cell(formatCount(films)),
      cell(formatCount(positives)),
      cell(withInterval(auroc)),
      cell(withInterval(sensitivity)),
      cell(withInterval(specificity)),
    ],
  };
}

function withInterval(estimate: Estimate | null): ReactNode {
  if (!estimate) return "–";
  return (
    <>
      {formatMetric(estimate.value)} <small className={styles.interval}>{formatInterval(estimate)}</small>
    </>
  );
}
