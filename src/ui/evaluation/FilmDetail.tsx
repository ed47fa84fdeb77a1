// One film of an evaluation, large: what it was labelled, what the network says of it and where it looked, and whether a person doubts the label.
import { useMemo, useState } from "react";
import { filmsOf } from "../../app/scoredFilms";
import type { Evaluation } from "../../protocol/training";
import { useLab } from "../labContext";
import { FigureRows } from "../parts/Figures";
import { CheckField } from "../parts/fields";
import { formatMetric } from "../parts/format";
import { Lines } from "../parts/Lines";
import { PathText } from "../parts/PathText";
import styles from "./browser.module.css";
import { DEFAULT_OPACITY, FilmWithMap } from "./FilmWithMap";
import type { ListedFilm } from "./films";
import { MapControls } from "./MapControls";
import { useExplanation } from "./useExplanation";

interface FilmDetailProps {
  evaluation: Evaluation;
  film: ListedFilm;
  onMark: (doubtful: boolean) => void;
}

export function FilmDetail({ evaluation, film, onMark }: FilmDetailProps) {
  const { path, finding, target, probability, logit, doubtful } = film;
  const corrected = useCorrected(evaluation, film);
  const [showMap, setShowMap] = useState(true);
  const [opacity, setOpacity] = useState(DEFAULT_OPACITY);
  return (
    <div className={styles.detail}>
      <Film film={film} showMap={showMap} opacity={opacity} />
      <MapControls showMap={showMap} onShowMap={setShowMap} opacity={opacity} onOpacity={setOpacity} />
      <FigureRows
        rows={[
          { name: "Film", value: <PathText path={path} /> },
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

/** Its probability at the place of use; null where its label is unknown or nothing was read yet. */
function useCorrected(evaluation: Evaluation, { place }: ListedFilm): number | null {
  const at = useLab((lab) => lab.figures.at);
  const probabilities = useLab((lab) => lab.figures.reading?.probabilities);
  const places = useMemo(() => filmsOf(evaluation, undefined, at).places, [evaluation, at]);
  return probabilities?.[places.indexOf(place)] ?? null;
}

function Film({ film, showMap, opacity }: { film: ListedFilm; showMap: boolean; opacity: number }) {
  const at = useLab((lab) => lab.figures.at);
  const size = useLab((lab) => lab.evaluation.sample?.imageSize ?? 0);
  const { explanation, most, failure, isCurrent } = useExplanation(film.place, at);
  if (failure) return <p className={styles.none}>{failure.message}</p>;
  if (!explanation) return <p className={styles.waiting}>The film is on its way.</p>;
  return (
    <div className={styles.film} aria-busy={!isCurrent}>
      <Lines lines={explanation.notices} />
      <FilmWithMap
        pixels={explanation.pixels}
        size={size}
        map={explanation.maps}
        most={most}
        side={explanation.side}
        showMap={showMap}
        opacity={opacity}
        label={isCurrent ? `${film.path}, probability ${formatMetric(film.probability)}` : "The next film is on its way"}
      />
    </div>
  );
}
