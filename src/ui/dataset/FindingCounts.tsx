// What the label CSV says of every finding, before any policy.
import { useState } from "react";
import type { DatasetSummary } from "../../protocol/dataset";
import { DataTable } from "../parts/DataTable";
import { formatCount } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./dataset.module.css";

const CELLS = ["1", "0", "-1", ""];
/** Of PadChest's two hundred most are rare. */
const FIRST_ROWS = 20;

export function FindingCounts({ dataset }: { dataset: DatasetSummary }) {
  const [whole, setWhole] = useState(false);
  const findings = dataset.columns.filter(({ isLabel }) => isLabel);
  if (findings.length === 0) return null;
  return (
    <Panel
      title="Every finding"
      aside={
        findings.length > FIRST_ROWS ? (
          <button type="button" className={partsStyles.textButton} onClick={() => setWhole(!whole)}>
            {whole ? `Show the first ${FIRST_ROWS}` : `Show all ${findings.length}`}
          </button>
        ) : (
          `training rows of ${dataset.csvPath || "the folders"}`
        )
      }
    >
      <DataTable
        caption="Training rows of every finding by what the label CSV says"
        columns={["finding", "1", "0", "−1", "blank"]}
        rows={(whole ? findings : findings.slice(0, FIRST_ROWS)).map(({ name, values }) => ({
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
