// Refuses what no figure can be had from, before there is a NaN to wonder at.
import { LabError } from "../protocol/labError";
import type { PlaceOfUse, ScoredFilms, ThresholdRule } from "../protocol/statistics";

/**
 * @throws LabError scoreNotFinite, naming the film by its place among those given, from 1
 * @throws RangeError where the arrays do not belong together, or a label is neither 0 nor 1
 */
export function checkFilms({ labels, scores, patients }: ScoredFilms): void {
  if (scores.length !== labels.length || patients.length !== labels.length) {
    throw new RangeError(
      `${labels.length} labels, ${scores.length} scores and ${patients.length} patients: they are of the same films`,
    );
  }
  if (labels.some((label) => label > 1))
    throw new RangeError("a label that is not known has no place among those that are counted");
  const film = scores.findIndex((score) => !Number.isFinite(score));
  if (film < 0) return;
  throw new LabError(
    "scoreNotFinite",
    `The network gave film ${film + 1} of ${scores.length} a score that is no number (${scores[film]}), so nothing can be said of its films. ` +
      "Its weights are damaged or ran away: evaluate an earlier checkpoint, or train again with a lower max LR.",
    `film ${film + 1}`,
  );
}

/** @throws LabError badSettings */
export function checkRule(rule: ThresholdRule): void {
  if (rule.by === "youden") return;
  if (rule.by === "score" ? !Number.isNaN(rule.value) : rule.value >= 0 && rule.value <= 1) return;
  const what = rule.by === "score" ? "A threshold is a number" : `A ${rule.by} lies between 0 and 1`;
  throw new LabError("badSettings", `${what}; ${rule.value} is none. Choose another operating point.`, rule.by);
}

/** @throws LabError badSettings */
export function checkPlace({ correction, prevalence }: PlaceOfUse): void {
  if (prevalence != null && !(prevalence > 0 && prevalence < 1)) {
    const way = "Give the share of films there that are positive, such as 0.12.";
    throw new LabError(
      "badSettings",
      `A prevalence lies between 0 and 1, and is neither; ${prevalence} is none. ${way}`,
      "prevalence",
    );
  }
  if (
    correction &&
    !(Number.isFinite(correction.shift) && correction.temperature > 0 && Number.isFinite(correction.temperature))
  ) {
    const { shift, temperature } = correction;
    const way = "Leave the correction out, or give shares of positives between 0 and 1.";
    throw new LabError(
      "badSettings",
      `Logits cannot be corrected by ${shift} at a temperature of ${temperature}. ${way}`,
      "correction",
    );
  }
}
