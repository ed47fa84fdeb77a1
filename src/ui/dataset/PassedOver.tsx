// What of the folder is not learnt from, and why: counts, sentences, and films that could not be read.
import type { DatasetSummary, FailedFilm } from "../../protocol/dataset";
import { useCommands } from "../labContext";
import { FigureRows } from "../parts/Figures";
import { formatCount } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import { ScrollBox } from "../parts/ScrollBox";
import styles from "./dataset.module.css";

const FIRST_REASONS = 5;

export function PassedOver({ dataset, failed }: { dataset: DatasetSummary; failed: FailedFilm[] }) {
  const { downloadFailedFilms } = useCommands();
  const rows = [
    { name: "Rows without a film", n: dataset.rowsWithoutFilm },
    { name: "Films without a row", n: dataset.filmsWithoutRow },
    { name: "Rows that repeat a film", n: dataset.duplicateRows },
    { name: "Rows that contradict an earlier one", n: dataset.conflictingRows },
    { name: "Rows that leave the folder or name no film", n: dataset.rejectedRows },
    { name: "Films set aside when prepared", n: failed.length },
  ];
  return (
    <Panel
      title="What was passed over"
      aside={
        failed.length > 0 && (
          <button type="button" className={partsStyles.textButton} onClick={downloadFailedFilms}>
            Download their list
          </button>
        )
      }
    >
      <FigureRows
        rows={rows.map(({ name, n }) => ({
          name,
          value: n === null ? <span className={styles.notYet}>not counted</span> : formatCount(n),
          ...(n && { tone: "amber" as const }),
        }))}
      />
      {rows.some(({ n }) => n === null) && (
        <p className={styles.words}>
          Not counted, for the folder is too large to be listed. A film that is missing is named when films are prepared.
        </p>
      )}
      {(dataset.notes.length > 0 || failed.length > 0) && (
        <ScrollBox label="Why" className={styles.notes}>
          <ul>
            {dataset.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
            {failed.slice(0, FIRST_REASONS).map(({ path, reason }) => (
              <li key={path}>
                {path}: {reason}
              </li>
            ))}
            {failed.length > FIRST_REASONS && (
              <li>and {formatCount(failed.length - FIRST_REASONS)} more films: the list has them all.</li>
            )}
          </ul>
        </ScrollBox>
      )}
    </Panel>
  );
}
