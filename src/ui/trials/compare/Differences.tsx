// The settings, data and versions in which the compared trials differ, and nothing else of them.
import type { Trial } from "../../../protocol/training";
import { DataTable } from "../../parts/DataTable";
import { formatPlural } from "../../parts/format";
import { Panel } from "../../parts/Panel";
import styles from "./compare.module.css";
import { listDifferences } from "./differences";

export function Differences({ trials }: { trials: Trial[] }) {
  const differences = listDifferences(trials);
  return (
    <Panel title="What differs" aside={differences.length > 0 ? formatPlural(differences.length, "line") : undefined}>
      {differences.length === 0 ? (
        <p className={styles.remark}>Nothing: settings, data, graphics card and versions are the same.</p>
      ) : (
        <div className={styles.differences}>
          <DataTable
            caption="Settings, data and versions that differ"
            columns={["what", ...trials.map(({ id }) => `trial ${id}`)]}
            rows={differences.map(({ name, values }) => ({ key: name, cells: [name, ...values] }))}
          />
        </div>
      )}
    </Panel>
  );
}
