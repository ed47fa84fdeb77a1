// What a trial learnt from and was validated on, and what was left out of it and why.

import { listSetAside } from "../../app/setAside";
import type { PartSummary } from "../../protocol/dataset";
import type { Trial } from "../../protocol/training";
import { describeBalance } from "../balance/describeBalance";
import { DataTable } from "../parts/DataTable";
import { FigureRows } from "../parts/Figures";
import { formatCount, formatPlural, LABEL_FORMAT_NAMES } from "../parts/format";
import type { Mask } from "./mask";
import styles from "./review.module.css";

/** Of thousands the review would be nothing else. */
const MOST_NAMED = 12;

export function DataSection({ trial: { dataset, sample, settings }, mask }: { trial: Trial; mask: Mask }) {
  const formats: Record<string, string> = LABEL_FORMAT_NAMES;
  const failed = dataset.failed ?? [];
  const setAside = listSetAside({ sample, dataset });
  return (
    <>
      <div className={styles.rows}>
        <FigureRows
          rows={[
            { name: "Dataset", value: dataset.name },
            { name: "Labels", value: formats[dataset.format] ?? dataset.format },
            { name: "Rows", value: formatCount(dataset.rows) },
            { name: "Films", value: formatCount(dataset.films) },
          ]}
        />
      </div>
      <DataTable
        caption="Films and patients"
        columns={["", "films", "positive", "negative", "patients"]}
        rows={[
          countPart("labelled", sample.before),
          countPart("after the balance", sample.after),
          countPart("training", sample.train),
          countPart("validation", sample.valid),
        ]}
      />
      <p>{describeBalance(sample, settings)}</p>
      <h4>Set aside</h4>
      {setAside.length === 0 ? (
        <p>Nothing.</p>
      ) : (
        <ul className={styles.list}>
          {setAside.map(({ films, why }) => (
            <li key={why}>
              <b>{formatCount(films)}</b> {why}
            </li>
          ))}
        </ul>
      )}
      {failed.length > 0 && mask.isOn && <p>Which films, and why, is said where file names are shown.</p>}
      {failed.length > 0 && !mask.isOn && (
        <ul className={styles.list}>
          {failed.slice(0, MOST_NAMED).map(({ path, reason }) => (
            <li key={path}>
              {path}: {reason}
            </li>
          ))}
          {failed.length > MOST_NAMED && <li>and {formatPlural(failed.length - MOST_NAMED, "more film")}</li>}
        </ul>
      )}
    </>
  );
}

function countPart(name: string, { films, positives, negatives, patients }: PartSummary) {
  return { key: name, cells: [name, ...[films, positives, negatives, patients].map(formatCount)] };
}
