// What the label CSV says of every finding, before any policy.
import type { DatasetSummary } from "../../protocol/dataset";
import { DataTable } from "../parts/DataTable";
import { formatCount } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./dataset.module.css";

const CELLS = ["1", "0", "-1", ""];

export function FindingCounts({ dataset }: { dataset: DatasetSummary }) {
  const findings = dataset.columns.filter(({ isLabel }) => isLabel);
  if (findings.length === 0) return null;
  return (
    <Panel title="Every finding" aside={`rows of ${dataset.csvPath}`}>
      <DataTable
        caption="Rows of every finding by what the label CSV says"
        columns={["finding", "1", "0", "−1", "blank"]}
        rows={findings.map(({ name, values }) => ({
          key: name,
          cells: [
            <span className={styles.finding} key="name">
              {name}
            </span>,
            ...CELLS.map((cell) => formatCount(values.find(({ value }) => value === cell)?.rows ?? 0)),
          ],
        }))}
      />
    </Panel>
  );
}
