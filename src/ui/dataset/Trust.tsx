// Whether a result on these films could be believed: what validation shares with training, and what gives the label away.
import type { DatasetSummary, FailedFilm, SampleSummary } from "../../protocol/dataset";
import { useCommands } from "../labContext";
import { FigureRows } from "../parts/Figures";
import { formatCount, formatShare } from "../parts/format";
import { Panel } from "../parts/Panel";
import partsStyles from "../parts/parts.module.css";
import styles from "./dataset.module.css";

export function Trust({ sample }: { sample: SampleSummary }) {
  const views = sample.positiveShareByView;
  return (
    <Panel title="Can it be trusted">
      <FigureRows
        rows={[
          { name: "Patients in both parts", value: formatCount(sample.patientsInBoth), tone: zeroIsGood(sample.patientsInBoth) },
          { name: "Same film in both parts", value: formatCount(sample.filmsInBoth), tone: zeroIsGood(sample.filmsInBoth) },
          ...(views.length > 0
            ? [
                {
                  name: `Positives among ${views.map(({ view }) => view).join(" / ")}`,
                  value: views.map(({ share }) => formatShare(share)).join(" / "),
                },
              ]
            : []),
          { name: "Films of one patient, most", value: formatCount(sample.mostFilmsOfAPatient) },
          {
            name: "Training / validation",
            value: `${formatCount(sample.train.films)} / ${formatCount(sample.valid.films)} films`,
          },
        ]}
      />
    </Panel>
  );
}

function zeroIsGood(n: number): "good" | "positive" {
  return n === 0 ? "good" : "positive";
}

export function PassedOver({ dataset, failed }: { dataset: DatasetSummary; failed: FailedFilm[] }) {
  const { downloadFailedFilms } = useCommands();
  const rows = [
    { name: "Rows without a film", n: dataset.rowsWithoutFilm },
    { name: "Films without a row", n: dataset.filmsWithoutRow },
    { name: "Rows that repeat a film", n: dataset.duplicateRows },
    { name: "Rows that leave the folder", n: dataset.rejectedRows },
    { name: "Films that cannot be read", n: failed.length },
  ];
  return (
    <Panel
      title="What was passed over"
      aside={
        failed.length > 0 && (
          <button type="button" className={partsStyles.textButton} onClick={downloadFailedFilms}>
            Download the list of unread films
          </button>
        )
      }
    >
      <FigureRows
        rows={rows.map(({ name, n }) => ({
          name,
          value: n === null ? "not counted" : formatCount(n),
          ...(n && { tone: "amber" as const }),
        }))}
      />
      {(dataset.notes.length > 0 || failed.length > 0) && (
        <ul className={styles.notes}>
          {dataset.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
          {failed.slice(0, 5).map(({ path, reason }) => (
            <li key={path}>
              {path}: {reason}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
