// All that is said of one target on one set of films, of two models on them, and of groups of them. Puts the other modules' figures together.
import type { BootstrapOptions, GroupSummary, ModelComparison, ScoredFilms, TargetSummary } from "../protocol/statistics";
import { bootstrapByPatient, bootstrapDifference } from "./bootstrap";
import { describeCalibration } from "./calibration";
import { checkFilms } from "./check";
import { toProbabilities } from "./correction";
import { compareAurocs, estimateAuroc } from "./delong";
import { wilson } from "./interval";
import { confusionAt, ratesOf } from "./operatingPoint";
import { countRarer, numberPatients } from "./patients";
import { averagePrecision, precisionRecallCurve, thinPrecisionRecall } from "./precisionRecall";
import { rocCurve, thinRoc } from "./roc";

/** More points of a curve are not seen on a page. */
const DRAWN_POINTS = 500;

/**
 * With fewer patients of a class than this, films are few: one patient is then more than ten points of sensitivity or specificity, the
 * interval of 8 right out of 10 goes from 49 to 94 %, and that of drawn patients is too narrow (bootstrap.ts).
 */
const FEW_PATIENTS = 10;

/**
 * @param films logits, of films whose label is known
 * @throws LabError scoreNotFinite
 */
export async function summariseTarget(films: ScoredFilms, options: BootstrapOptions): Promise<TargetSummary> {
  checkFilms(films);
  const { labels, scores } = films;
  const byPatient = await bootstrapByPatient(films, options);
  const roc = rocCurve(scores, labels);
  const precisionRecall = precisionRecallCurve(scores, labels);
  return {
    ...countFilms(films),
    auroc: estimateAuroc(scores, labels),
    averagePrecision: averagePrecision(scores, labels),
    byPatient,
    roc: roc && thinRoc(roc, DRAWN_POINTS),
    precisionRecall: precisionRecall && thinPrecisionRecall(precisionRecall, DRAWN_POINTS),
    calibration: describeCalibration(toProbabilities(scores), labels),
  };
}

/**
 * @param first films with one model's logits
 * @param secondScores the other's, of the same films in the same order
 * @throws LabError scoreNotFinite
 */
export async function compareModels(
  first: ScoredFilms,
  secondScores: Float64Array,
  options: BootstrapOptions,
): Promise<ModelComparison> {
  checkFilms(first);
  checkFilms({ ...first, scores: secondScores });
  const byPatient = await bootstrapDifference(first, secondScores, options);
  const { films, positives, patients } = countFilms(first);
  return { films, positives, patients, auroc: compareAurocs(first.scores, secondScores, first.labels), byPatient };
}

/**
 * A part for each group that has films, by its number.
 * @param groups [films] the group of each film
 * @param threshold of scores, the same in every group: where films are called positive is not chosen by what group they are of
 * @throws LabError scoreNotFinite
 */
export function summariseGroups(films: ScoredFilms, groups: ArrayLike<number>, threshold: number): GroupSummary[] {
  checkFilms(films);
  const numbers = [...new Set(Array.from(groups))].sort((a, b) => a - b);
  return numbers.map((group) => ({ group, ...summarisePart(films, (film) => groups[film] === group, threshold) }));
}

/**
 * All positive films against each kind of negative ones: 0 for those that a report calls negative, 1 for those whose label is blank. Blank ones
 * are the easier: films that raised no question. Empty where there are not both.
 * @param blanks [films] 1 where the label is a blank cell
 * @throws LabError scoreNotFinite
 */
export function summariseNegatives(films: ScoredFilms, blanks: ArrayLike<number>, threshold: number): GroupSummary[] {
  checkFilms(films);
  const kinds = [0, 1];
  const isOf = (kind: number) => (film: number) => films.labels[film] === 0 && blanks[film] === kind;
  if (!kinds.every((kind) => films.labels.some((_, film) => isOf(kind)(film)))) return [];
  return kinds.map((kind) => {
    const isIn = isOf(kind);
    return { group: kind, ...summarisePart(films, (film) => films.labels[film] === 1 || isIn(film), threshold) };
  });
}

function summarisePart(films: ScoredFilms, isIn: (film: number) => boolean, threshold: number): Omit<GroupSummary, "group"> {
  const inPart = (_: number, film: number) => isIn(film);
  const part: ScoredFilms = {
    labels: films.labels.filter(inPart),
    scores: films.scores.filter(inPart),
    patients: films.patients.filter(inPart),
  };
  const counts = countFilms(part);
  const { sensitivity, specificity } = ratesOf(confusionAt(part.scores, part.labels, threshold));
  return { ...counts, auroc: estimateAuroc(part.scores, part.labels), sensitivity, specificity };
}

type Counts = Pick<TargetSummary, "films" | "positives" | "patients" | "prevalence" | "small">;

function countFilms({ labels, patients }: ScoredFilms): Counts {
  const numbered = numberPatients(patients);
  const positives = labels.reduce((total, label) => total + label, 0);
  return {
    films: labels.length,
    positives,
    patients: numbered.count,
    small: countRarer(labels, numbered) < FEW_PATIENTS,
    prevalence: wilson(positives, labels.length),
  };
}
