// The validation films that a trial's network is most wrong about, and where it looked. They are films until a person says that they may leave.
import { isFailure, type ReviewedTrial, type WrongFilm } from "../../app/review";
import type { Explanation } from "../../protocol/explanation";
import { FilmWithMap } from "../evaluation/FilmWithMap";
import { formatMetric } from "../parts/format";
import type { Mask } from "./mask";
import styles from "./review.module.css";

interface FilmsSectionProps extends Pick<ReviewedTrial, "pictureFailure"> {
  films: ReviewedTrial["films"];
  target: string;
  mask: Mask;
}

export function FilmsSection({ films, pictureFailure, target, mask }: FilmsSectionProps) {
  if (films === undefined) return <p>The films are being read.</p>;
  if (films === null) return <p>No validation of it was kept, so that no film can be named.</p>;
  if (isFailure(films)) return <p>{mask.failure(films)}</p>;
  const { wrong, size, explanation } = films;
  if (wrong.length === 0) return <p>No validation film has a known label.</p>;
  const most = explanation?.maps.reduce((a, b) => Math.max(a, b), 0);
  return (
    <>
      <p>The validation films whose probability, as trained, is furthest from their label of {target}.</p>
      {pictureFailure && <p>Without pictures: {mask.failure(pictureFailure)}</p>}
      {explanation?.notices.map((notice) => (
        <p key={notice}>{mask.text(notice)}</p>
      ))}
      <ol className={styles.films}>
        {wrong.map((film, at) => (
          <li key={film.place}>
            {explanation && (
              <FilmWithMap
                {...pictureOf(explanation, size, at)}
                size={size}
                side={explanation.side}
                most={most}
                showMap
                label={`${mask.film(film.path)}, ${describeFilm(film)}`}
              />
            )}
            <b>{mask.film(film.path)}</b>
            <span>{describeFilm(film)}</span>
          </li>
        ))}
      </ol>
      {explanation && (
        <p className={styles.remark}>Grad-CAM, on one scale: the lighter, the more that place spoke for {target}.</p>
      )}
    </>
  );
}

function pictureOf({ pixels, maps, side }: Explanation, size: number, at: number) {
  const part = <Values extends Uint8Array | Float32Array>(values: Values, length: number) =>
    values.subarray(at * length, (at + 1) * length) as Values;
  return { pixels: part(pixels, size * size), map: part(maps, side * side) };
}

const describeFilm = ({ target, probability }: WrongFilm) =>
  `labelled ${target === 1 ? "positive" : "negative"}, probability ${formatMetric(probability)}`;
