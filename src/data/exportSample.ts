// The sample as others can take it: the rows in their order as a plain CSV, and what names them beyond doubt. It samples nothing: see `sample.ts`.
import Papa from "papaparse";
import type { SampledRows } from "../protocol/dataset";
import { type SampleSettings, targetsOf } from "../protocol/settings";
import { sha256 } from "../storage/sha256";
import type { FilmIndex } from "./filmIndex";
import { cellOf } from "./labelFiles/columns";
import type { SamplePlan } from "./sample";

/** Training first, in the order of the rows; a label is 1, 0, or blank where it is not known. */
export async function exportSample(
  index: FilmIndex,
  settings: SampleSettings,
  { labels, planned }: SamplePlan,
): Promise<SampledRows> {
  const { path, patient, study, projection, sex, age } = index.labels;
  const heldOut = settings.validation === "all" ? "test" : "valid";
  const targets = targetsOf(settings).map(({ target }) => target);
  const lines = [["path", "part", "patient", "study", "view", "sex", "age", ...targets]];
  for (const [part, rows] of [
    ["train", planned.train],
    [heldOut, planned.valid],
  ] as const) {
    for (const row of rows) {
      const known = labels.byTarget.map((codes) => codes[row] ?? 2).map((code) => (code < 2 ? String(code) : ""));
      const facts = [patient, study, projection, sex, age].map((column) => (column ? cellOf(column, row) : ""));
      lines.push([cellOf(path, row), part, ...facts, ...known]);
    }
  }
  const csv = `${Papa.unparse(lines, { newline: "\n" })}\n`;
  return { csv, films: planned.train.length + planned.valid.length, sha256: await sha256(new TextEncoder().encode(csv)) };
}
