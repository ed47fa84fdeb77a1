// One film of an evaluation: what it was labelled, what the network says of it, and whether a person doubts the label.
import { FigureRows } from "../parts/Figures";
import { CheckField } from "../parts/fields";
import { formatMetric } from "../parts/format";
import styles from "./browser.module.css";
import type { ListedFilm } from "./films";

interface FilmDetailProps {
  film: ListedFilm;
  onMark: (doubtful: boolean) => void;
}

export function FilmDetail({ film, onMark }: FilmDetailProps) {
  const { path, finding, target, probability, corrected, logit, doubtful } = film;
  return (
    <div className={styles.detail}>
      <FigureRows
        rows={[
          { name: "Film", value: path },
          { name: finding, value: target === null ? "unknown" : target === 1 ? "positive" : "negative" },
          { name: "Probability, as trained", value: formatMetric(probability) },
          ...(corrected === null ? [] : [{ name: "Probability, corrected", value: formatMetric(corrected) }]),
          { name: "Logit", value: logit.toFixed(2) },
        ]}
      />
      <CheckField label="Its label is doubtful: leave it out of the next trial" checked={doubtful} onChange={onMark} />
    </div>
  );
}
