// Intervals of sensitivity and specificity by drawing patients: Wilson's take a patient's films as independent. Chooses no operating point.
import type { BootstrapOptions, RatesByPatient, ScoredFilms } from "../protocol/statistics";
import { estimateOfRounds } from "./bootstrap";
import { wilsonOfShare } from "./interval";
import { countPatientsWith, countRarer, numberPatients } from "./patients";
import { resamplePatients } from "./resample";

/**
 * Percentile intervals of 95 % at one threshold, in the very rounds of `bootstrapByPatient`; those with films of one class only are left out
 * there too. The threshold stays as it is: that it may have been chosen on these films is not in them. Where the rounds do not spread, as
 * where all positive films are found, the interval is Wilson's on as many trials as there are patients with films of the class.
 * @returns null each with fewer than two patients of a class
 */
export async function bootstrapRates(films: ScoredFilms, threshold: number, options: BootstrapOptions): Promise<RatesByPatient> {
  const { labels, scores } = films;
  const patients = numberPatients(films.patients);
  if (countRarer(labels, patients) < 2) return { sensitivity: null, specificity: null };

  /** Of each patient: films by label, and those of them that are called rightly. */
  const all = [new Uint32Array(patients.count), new Uint32Array(patients.count)] as const;
  const right = [new Uint32Array(patients.count), new Uint32Array(patients.count)] as const;
  for (let film = 0; film < labels.length; film++) {
    const label = labels[film] === 1 ? 1 : 0;
    const patient = patients.of[film]!;
    all[label][patient]!++;
    if (scores[film]! >= threshold === (label === 1)) right[label][patient]!++;
  }
  const shareOf = (label: 0 | 1, often: ArrayLike<number> | null) => {
    let [hits, films] = [0, 0];
    for (let patient = 0; patient < patients.count; patient++) {
      const times = often ? often[patient]! : 1;
      hits += times * right[label][patient]!;
      films += times * all[label][patient]!;
    }
    return films === 0 ? null : hits / films;
  };
  const rounds = { sensitivity: [] as number[], specificity: [] as number[] };
  await resamplePatients(patients.count, labels.length, options, (often) => {
    const [sensitivity, specificity] = [shareOf(1, often), shareOf(0, often)];
    if (sensitivity === null || specificity === null) return;
    rounds.sensitivity.push(sensitivity);
    rounds.specificity.push(specificity);
  });
  const [sensitivity, specificity] = [shareOf(1, null)!, shareOf(0, null)!];
  return {
    sensitivity:
      estimateOfRounds(sensitivity, rounds.sensitivity) ?? wilsonOfShare(sensitivity, countPatientsWith(1, labels, patients)),
    specificity:
      estimateOfRounds(specificity, rounds.specificity) ?? wilsonOfShare(specificity, countPatientsWith(0, labels, patients)),
  };
}
