// The text of files a person takes away that the page itself writes. Weights and trials come whole from the training worker.
import type { FailedFilm } from "../protocol/dataset";
import type { Prediction } from "./predictions";

/** Null is an empty cell. */
export type Cell = string | number | boolean | null;

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

const BYTE_ORDER_MARK = "\ufeff";

/**
 * CSV as RFC 4180 has it, for people: it begins with a byte order mark, without which Excel takes UTF-8 for the machine's own letters.
 * Lines end in CRLF, fields with commas, quotes or line ends are quoted. Numbers as they are. Text that a spreadsheet would take for a
 * formula, as it begins with =, +, -, @, a tab or a carriage return, has an apostrophe before it (OWASP, CSV Injection): a note, or a column
 * of somebody else's CSV, must not run on the reader's machine.
 */
export function formatTable(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const formatCell = (cell: Cell) => (typeof cell === "string" ? quoteField(disarm(cell)) : String(cell ?? ""));
  return BYTE_ORDER_MARK + [head, ...rows].map((cells) => `${cells.map(formatCell).join(",")}\r\n`).join("");
}

const disarm = (text: string) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
