// The text of files a person takes away that the page itself writes. Weights and trials come whole from the training worker.
import type { FailedFilm } from "../protocol/dataset";
import type { Prediction } from "./predictions";

/**
 * CSV with one validation film a line, in order; of several targets a line for each, which `finding` names. An unknown label is a blank
 * cell. Numbers as they are, so that they read back the same. Quoted as RFC 4180 has it.
 */
export function formatPredictions(predictions: readonly Prediction[]): string {
  const several = new Set(predictions.map(({ finding }) => finding)).size > 1;
  const lines = predictions.map(
    ({ path, target, logit, probability, finding }) =>
      `${quoteField(path)},${target ?? ""},${logit},${probability}${several ? `,${quoteField(finding)}` : ""}\n`,
  );
  return `path,target,logit,probability${several ? ",finding" : ""}\n${lines.join("")}`;
}

/** CSV with the films that could not be read, one a line, and why. */
export function formatFailedFilms(films: readonly FailedFilm[]): string {
  return `path,reason\n${films.map(({ path, reason }) => `${quoteField(path)},${quoteField(reason)}\n`).join("")}`;
}

function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
