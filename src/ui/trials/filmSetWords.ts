// A set of prepared films in words, and what its removal means. Pure; it draws nothing.

import type { FilmSet } from "../../protocol/storage";
import { FIT_WORDS } from "../parts/fitWords";

/** 64 px, stretched; 320 px, letterbox, borders cropped, equalised, graded by percentiles */
export function describeSet({ preparation, imageSize, store }: FilmSet): string {
  if (!preparation) return imageSize === 0 ? `nothing yet (${store})` : `${imageSize} px, by an earlier version`;
  const { fit, cropBorders, equalise, grading } = preparation;
  const words = [
    `${preparation.imageSize} px`,
    FIT_WORDS[fit],
    cropBorders && "borders cropped",
    equalise && "equalised",
    grading === "percentiles" && "graded by percentiles",
  ];
  return words.filter(Boolean).join(", ");
}

export function describeRemoval({ trials, preparation }: FilmSet): string {
  const films = preparation
    ? "They are prepared again from their dataset when they are needed."
    : "This version of the lab uses them no more.";
  if (trials.length === 0) return `No trial was trained on these films. ${films}`;
  const several = trials.length > 1;
  const names = `${several ? "Trials" : "Trial"} ${trials.join(", ").replace(/, (\d+)$/, " and $1")}`;
  const again = preparation
    ? "open the dataset and prepare its films again"
    : "there is no way back, as this version prepares films otherwise";
  return `${names} ${several ? "were" : "was"} trained on these films. ${several ? "Their" : "Its"} curves and weights stay; to go on with ${several ? "them" : "it"} or to evaluate, ${again}.`;
}
