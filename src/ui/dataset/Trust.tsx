// Whether a result on these films could be believed: what validation shares with training, and which data it was.
import type { DatasetSummary, PreparedContents, SampleSummary } from "../../protocol/dataset";
import { isTestSet } from "../../protocol/testSet";
import { useLab } from "../labContext";
import { FigureRows, SplitBar } from "../parts/Figures";
import { formatCount, formatPlural } from "../parts/format";
import { Panel } from "../parts/Panel";
import styles from "./dataset.module.css";

interface TrustProps {
  dataset: DatasetSummary;
  sample: SampleSummary;
  /** Labelled films that the balance leaves out. */
  setAside: number;
}

export function Trust({ dataset, sample, setAside }: TrustProps) {
  const contents = useLab((lab) => lab.preparation.sample?.contents ?? null);
  const { patientsInBoth, filmsInBoth, filmsToPrepare, valid } = sample;
  return (
    <Panel title="Can it be trusted">
      <FigureRows
        rows={[
          { name: "Patients in both parts", value: formatCount(patientsInBoth), tone: zeroIsGood(patientsInBoth) },
          { name: "Same film in both parts", value: formatCount(filmsInBoth), tone: zeroIsGood(filmsInBoth) },
          ...describeContents(contents),
          isTestSet(sample)
            ? { name: "Test set", value: formatPlural(valid.films, "film") }
            : {
                name: "Training / validation",
                value: `${formatCount(filmsToPrepare - valid.films)} / ${formatCount(valid.films)} films`,
              },
          { name: "Set aside by the balance", value: formatPlural(setAside, "film") },
        ]}
      />
      <p className={styles.words}>
        A film is the same by its path, files are identical byte for byte: a copy that was encoded anew is not found.
      </p>
      <FilmsOfPatients sample={sample} />
      <p className={styles.fingerprints}>
        <span title="Of the label files’ bytes and of which film each row is: the same data has the same.">
          Dataset <code>{dataset.fingerprint}</code>
        </span>
        {contents && (
          <span title="Of every prepared film’s bytes and labels in their order: two samples of the same are the same to the byte.">
            Prepared films <code>{contents.fingerprint}</code>
          </span>
        )}
      </p>
    </Panel>
  );
}

function zeroIsGood(n: number): "good" | "positive" {
  return n === 0 ? "good" : "positive";
}

/** By their content files are known only once they were read. */
function describeContents(contents: PreparedContents | null) {
  const name = "Identical files in both parts";
  if (!contents) return [{ name, value: <span className={styles.notYet}>known once prepared</span> }];
  const { repeatedAcross, setsAsideRepeated, repeatedWithin } = contents;
  const across =
    repeatedAcross === 0
      ? { name, value: "0", tone: "good" as const }
      : {
          name,
          value: `${formatCount(repeatedAcross)}, ${setsAsideRepeated ? "set aside" : "kept: else nothing is left"}`,
          tone: setsAsideRepeated ? ("amber" as const) : ("positive" as const),
        };
  if (repeatedWithin === 0) return [across];
  return [across, { name: "Identical files in one part", value: `${formatCount(repeatedWithin)}, kept`, tone: "amber" as const }];
}

function FilmsOfPatients({ sample: { filmsOfPatients } }: { sample: SampleSummary }) {
  const whole = Math.max(...filmsOfPatients.map(({ patients }) => patients));
  return (
    <>
      <h3 className={styles.subhead}>Patients by their films</h3>
      <dl className={styles.makeup}>
        {filmsOfPatients.map(({ from, to, patients }) => {
          const name = from === to ? formatPlural(from, "film") : `${formatCount(from)} to ${formatCount(to)} films`;
          return (
            <div key={from}>
              <dt>{name}</dt>
              <SplitBar parts={[{ name, value: patients, color: "var(--negative)" }]} whole={whole} />
              <dd>{formatCount(patients)}</dd>
            </div>
          );
        })}
      </dl>
    </>
  );
}
