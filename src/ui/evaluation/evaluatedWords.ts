// Which films an evaluation is of, and which of them its network was trained on, in words. Pure; it draws nothing.
import type { EvaluationState } from "../../app/state";
import type { Evaluation } from "../../protocol/training";
import { formatCount, formatPlural } from "../parts/format";

/** "20 validation films", "120 test films of 40 patients, all of CheXpert" */
export function describeEvaluated({ films }: Evaluation, { testSet, sample }: EvaluationState): string {
  if (testSet === null) return formatPlural(films, "validation film");
  const patients = formatPlural(sample?.summary.valid.patients ?? 0, "patient");
  return `${formatPlural(films, "test film")} of ${patients}, all of ${testSet}`;
}

/** Why the figures may not be true of films that the network has never seen, a sentence each. */
export function describeSeen({ films: evaluated, seen: { films, patients, unknown } }: Evaluation): string[] {
  return [
    films > 0 &&
      `The network was trained on ${films === evaluated ? "all" : `${formatCount(films)} of`} these ${formatPlural(evaluated, "film")}: it may know them by heart, and the figures flatter it.`,
    patients > 0 &&
      `${formatPlural(patients, "patient")} of these films ${patients === 1 ? "has the name" : "have names"} of patients that the network was trained on. Where they are the same persons, the figures flatter it.`,
    unknown !== null &&
      `On which films ${unknown} was trained is not known here. Where these are among them, the figures flatter it.`,
  ].filter((sentence) => sentence !== false);
}
