// What a balance makes of the labelled films, in a sentence. Pure.
import type { SampleSummary } from "../../protocol/dataset";
import type { TrialSettings } from "../../protocol/settings";
import { formatCount, formatPlural } from "../parts/format";

export function describeBalance(
  summary: SampleSummary,
  settings: Pick<TrialSettings, "balance" | "freshEachEpoch" | "epochs" | "validation">,
): string {
  const { balance, freshEachEpoch, epochs, validation } = settings;
  const { kept, setAside, epochFilms, epochsToSeeAll, targets } = summary;
  if (validation === "all") return `All ${formatPlural(kept, "film")} are a test set, in their natural proportions.`;
  switch (balance) {
    case "undersample":
      if (freshEachEpoch && epochsToSeeAll > 1)
        return `${formatPlural(epochFilms, "film")} an epoch, other ones each time: after ${formatPlural(epochsToSeeAll, "epoch")} every film was seen, and ${formatPlural(epochs, "epoch")} are planned. Validation is left as it is.`;
      if (setAside === 0) return `All ${formatCount(kept)} labelled films are kept: both classes are as large as each other.`;
      return `${formatPlural(kept, "film")} are kept and ${formatCount(setAside)} are set aside for good.`;
    case "oversample":
      return `All ${formatPlural(kept, "film")} are kept; the smaller class is repeated until both weigh the same.`;
    case "weight": {
      const times = targets.map(({ target, positiveWeight }) => {
        const weight = positiveWeight.toFixed(2);
        return targets.length > 1 ? `${weight} (${target})` : weight;
      });
      return `All ${formatPlural(kept, "film")} are kept; a positive counts ${times.join(", ")} times in the loss.`;
    }
    case "none":
      return `All ${formatPlural(kept, "film")} are used as they are.`;
  }
}
