// The films of an evaluation as they are listed: in which order, and which of them. Pure; it computes no figure.
import { type Prediction, wrongness } from "../../app/predictions";

export interface ListedFilm extends Prediction {
  /** Its place among the evaluation's films. */
  place: number;
  doubtful: boolean;
}

export type FilmOrder = "mostWrong" | "mostCertain" | "leastCertain";
export type FilmFilter = "all" | "falsePositive" | "falseNegative" | "positive" | "negative" | "doubtful";

/** A copy in this order; films that tie keep theirs. @param threshold the logit from which on films are called positive */
export function orderFilms(films: readonly ListedFilm[], order: FilmOrder, threshold: number): ListedFilm[] {
  const key: Record<FilmOrder, (film: ListedFilm) => number> = {
    mostWrong: wrongness,
    mostCertain: ({ logit }) => Math.abs(logit - threshold),
    leastCertain: ({ logit }) => -Math.abs(logit - threshold),
  };
  return films.toSorted((a, b) => key[order](b) - key[order](a));
}

export function filterFilms(films: readonly ListedFilm[], filter: FilmFilter, threshold: number): ListedFilm[] {
  const holds: Record<FilmFilter, (film: ListedFilm) => boolean> = {
    all: () => true,
    falsePositive: ({ target, logit }) => target === 0 && logit >= threshold,
    falseNegative: ({ target, logit }) => target === 1 && logit < threshold,
    positive: ({ target }) => target === 1,
    negative: ({ target }) => target === 0,
    doubtful: ({ doubtful }) => doubtful,
  };
  return films.filter(holds[filter]);
}
