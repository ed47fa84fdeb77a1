// The statistics worker's API: each question is answered from the films that come with it, and nothing is kept.
import type { Correction, ReadingChoices, ScoredFilms, StatisticsApi } from "../protocol/statistics";
import { bootstrapRates } from "./bootstrapRates";
import { describeCalibration } from "./calibration";
import { checkFilms } from "./check";
import { shiftForPrevalence, toProbabilities } from "./correction";
import { estimateAuroc } from "./delong";
import { operateAt } from "./operatingPoint";
import { compareModels, summariseGroups, summariseNegatives, summariseTarget } from "./summarise";
import { fitTemperature } from "./temperature";

export function createStatistics(): StatisticsApi {
  return {
    async estimateAurocs(targets) {
      return targets.map((films) => {
        checkFilms(films);
        return estimateAuroc(films.scores, films.labels);
      });
    },
    summarise: (films, seed) => summariseTarget(films, { seed }),
    async boundRates(films, threshold, seed) {
      checkFilms(films);
      return bootstrapRates(films, threshold, { seed });
    },
    compare: (first, secondScores, seed) => compareModels(first, secondScores, { seed }),

    async read(films, choices, { groupings, blanks }) {
      checkFilms(films);
      const { scores, labels } = films;
      const { rule, useShare } = choices;
      const { onFilms, inUse, temperature } = correctFor(films, choices);
      const operatingPoint =
        labels.length === 0 ? null : operateAt(scores, labels, rule, { correction: inUse, prevalence: useShare });
      return {
        correction: inUse,
        probabilities: toProbabilities(scores, inUse),
        temperature,
        calibration: describeCalibration(toProbabilities(scores, onFilms), labels),
        operatingPoint,
        groups: groupings.map((groups) => (operatingPoint ? summariseGroups(films, groups, operatingPoint.threshold) : [])),
        negatives: operatingPoint && blanks ? summariseNegatives(films, blanks, operatingPoint.threshold) : [],
      };
    },
  };
}

/**
 * These films' share of positives may be neither the trained one nor that of the place of use: what is held against their labels is
 * corrected to their own share.
 */
function correctFor(
  { scores, labels }: ScoredFilms,
  { trainedShare, useShare, scaled }: ReadingChoices,
): { onFilms: Correction; inUse: Correction; temperature: number | null } {
  const filmsShare = labels.reduce((positives, label) => positives + label, 0) / labels.length;
  const shiftTo = (share: number | null) =>
    trainedShare !== null && share !== null && share > 0 && share < 1 ? shiftForPrevalence(trainedShare, share) : 0;
  const shift = shiftTo(filmsShare);
  const temperature = fitTemperature(scores, labels, shift);
  const used = (scaled && temperature) || 1;
  return { onFilms: { shift, temperature: used }, inUse: { shift: shiftTo(useShare), temperature: used }, temperature };
}
