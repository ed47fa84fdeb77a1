// Intervals by drawing patients anew. A patient's films resemble one another: as independent films they would promise more than they hold.
import type { BootstrapOptions, Estimate, PatientBootstrap, ScoredFilms } from "../protocol/statistics";
import { quantile, wilsonOfShare } from "./interval";
import { countLevels, makeCounts, rankScores } from "./levels";
import { countRarer, numberPatients, type Patients } from "./patients";
import { averagePrecision, averagePrecisionOfCounts } from "./precisionRecall";
import { resamplePatients } from "./resample";
import { auroc, aurocOfCounts } from "./roc";

/** Of the rounds' figures, the interval's ends. */
const TAILS = [0.025, 0.975] as const;

/** Of each round that counted, in the rounds' order; one array a model. */
interface Rounds {
  aurocs: number[][];
  averagePrecisions: number[][];
  leftOut: number;
}

/**
 * Percentile intervals of 95 % (Efron and Tibshirani 1993, chapter 13) of AUROC and average precision, in rounds of as many patients as there
 * are, drawn with replacement and with all their films (the cluster bootstrap of Field and Welsh 2007). Rounds with films of one class only
 * are left out and counted.
 *
 * Where the rounds do not spread, as where scores part the classes, the AUROC's interval is Wilson's on as many trials as there are patients
 * with films of the rarer class (delong.ts says why), and the average precision has none.
 * With few patients of a class the rounds spread too little: of two normal classes with an AUROC of 0.85 and a film a patient, the interval
 * holds that in about 70 of 100 samples of 3 positives and 100 negatives, in 80 of 5 and 100, in 90 of 10 and 100.
 * @returns figures that are null with fewer than two patients of a class
 */
export async function bootstrapByPatient(films: ScoredFilms, options: BootstrapOptions): Promise<PatientBootstrap> {
  const { labels, scores } = films;
  const patients = numberPatients(films.patients);
  const rarer = countRarer(labels, patients);
  if (rarer < 2) return TELLS_NOTHING;
  const rounds = await drawRounds([scores], labels, patients, options);
  const area = auroc(scores, labels)!;
  return {
    auroc: estimateOfRounds(area, rounds.aurocs[0]!) ?? wilsonOfShare(area, rarer),
    averagePrecision: estimateOfRounds(averagePrecision(scores, labels)!, rounds.averagePrecisions[0]!),
    rounds: rounds.aurocs[0]!.length,
    leftOut: rounds.leftOut,
  };
}

/**
 * The same of what the first model's figures are above the second's, on the same films in the same order: both are of the same patients in
 * every round. Null too where the difference is the same in all rounds.
 */
export async function bootstrapDifference(
  first: ScoredFilms,
  secondScores: Float64Array,
  options: BootstrapOptions,
): Promise<PatientBootstrap> {
  const { labels, scores } = first;
  const patients = numberPatients(first.patients);
  if (countRarer(labels, patients) < 2) return TELLS_NOTHING;
  const rounds = await drawRounds([scores, secondScores], labels, patients, options);
  const difference = (figure: (scores: Float64Array, labels: Uint8Array) => number | null, [a, b]: number[][]) =>
    estimateOfRounds(
      figure(scores, labels)! - figure(secondScores, labels)!,
      a!.map((value, round) => value - b![round]!),
    );
  return {
    auroc: difference(auroc, rounds.aurocs),
    averagePrecision: difference(averagePrecision, rounds.averagePrecisions),
    rounds: rounds.aurocs[0]!.length,
    leftOut: rounds.leftOut,
  };
}

const TELLS_NOTHING: PatientBootstrap = { auroc: null, averagePrecision: null, rounds: 0, leftOut: 0 };

/** Scores are sorted once; a round only counts films anew, each as often as its patient was drawn. */
async function drawRounds(
  models: readonly Float64Array[],
  labels: Uint8Array,
  patients: Patients,
  options: BootstrapOptions,
): Promise<Rounds> {
  const ranked = models.map((scores) => {
    const levels = rankScores(scores);
    return { levels, counts: makeCounts(levels) };
  });
  const drawn: Rounds = { aurocs: models.map(() => []), averagePrecisions: models.map(() => []), leftOut: 0 };
  const weights = new Uint32Array(labels.length);
  await resamplePatients(patients.count, labels.length, options, (often) => {
    for (let film = 0; film < weights.length; film++) weights[film] = often[patients.of[film]!]!;
    const figures = ranked.map(({ levels, counts }) => {
      countLevels(levels, labels, weights, counts);
      return { area: aurocOfCounts(counts), precision: averagePrecisionOfCounts(counts) };
    });
    if (figures[0]!.area === null) drawn.leftOut++;
    else {
      figures.forEach(({ area, precision }, model) => {
        drawn.aurocs[model]!.push(area!);
        drawn.averagePrecisions[model]!.push(precision!);
      });
    }
  });
  return drawn;
}

/** The middle 95 % of the rounds' figures; null where they do not spread. */
export function estimateOfRounds(value: number, rounds: number[]): Estimate | null {
  const sorted = Float64Array.from(rounds).sort();
  const [low, high] = TAILS.map((tail) => quantile(sorted, tail)) as [number, number];
  return low < high ? { value, low, high } : null;
}
