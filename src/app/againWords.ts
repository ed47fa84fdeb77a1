// What is said of a trial that is to be run again: what it still needs here, in sentences. It changes nothing.
import { formatPlural } from "./format";
import type { LabState } from "./state";

/** What must come before the trial of the file can be repeated, the first thing first; empty where nothing must. */
export function describeNeeds({ again: { file }, dataset, weights, preparation }: LabState): string[] {
  if (!file) return [];
  const { name, films, csvPath, csvSha256 } = file.dataset;
  const labels = csvPath ? `label file ${csvPath} (SHA-256 ${csvSha256.slice(0, 12)}…)` : "its folders for labels";
  const { beginning } = file;
  return [
    ...(dataset.summary ? [] : [`Open the dataset: ${name}, ${formatPlural(films, "film")}, ${labels}.`]),
    ...(beginning && weights.choice.kind === "fresh"
      ? [
          `Choose the weights that it began from: ${beginning.name}${beginning.sha256 && ` (SHA-256 ${beginning.sha256.slice(0, 12)}…)`}. They are not here.`,
        ]
      : []),
    ...(dataset.summary && !preparation.sample ? ["Prepare the films: then what is here is compared with the file."] : []),
  ];
}
