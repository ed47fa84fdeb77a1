// Two trials on the films that both validated on: which films these are, and what their AUROCs say in words. Computes no statistic.
import { FILM_KEY_BYTES, UNKNOWN_LABEL } from "../protocol/dataset";
import type { Estimate, ModelComparison, ScoredFilms } from "../protocol/statistics";
import type { KeptValidation, Trial } from "../protocol/training";
import { formatNames, formatPlural } from "./format";

/** Of which kept weights the predictions are. */
export type ComparedWeights = "last" | "best";

/** How the films of two validations go together under one target. */
export interface FilmOverlap {
  /** In both, with one known label: what is compared. */
  shared: number;
  onlyTrial: number;
  onlyBaseline: number;
  /** In both, but labelled otherwise, or labelled in one of them only: left out. */
  otherLabels: number;
}

export interface MatchedFilms {
  overlap: FilmOverlap;
  /** With the trial's scores. Patients are numbered as the baseline's sample numbers them; without numbers each film is a patient. */
  films: ScoredFilms;
  /** Of the same films in the same order. */
  baselineScores: Float64Array;
}

/** A trial against the baseline under one target. */
export interface TrialComparison {
  trial: number;
  baseline: number;
  target: string;
  overlap: FilmOverlap;
  /** The trial less the baseline. */
  models: ModelComparison;
  /** Whether patients are known, so that `models.byPatient` says something of its own. */
  knowsPatients: boolean;
  /** Corrected for all comparisons that are made together; null where there is no test. */
  holmP: number | null;
}

/** Why a trial is not compared, in a sentence. */
export interface NotCompared {
  trial: number;
  why: string;
}

/** A kept validation whose films can be found again in another. */
export type KnownFilms = KeptValidation & { films: Uint8Array };

/** What stands in the way of comparing a trial at all, or its films if nothing does. */
export function demandFilms(trial: Trial, kept: KeptValidation | null, which: ComparedWeights): KnownFilms | NotCompared {
  const { id, checkpoints } = trial;
  const because = (why: string) => ({ trial: id, why: `Trial ${id} cannot be compared: ${why}` });
  const ref = (which === "best" && checkpoints.best) || checkpoints.last;
  if (!ref) return because("it has no checkpoint yet.");
  if (!kept && ref.epoch === null) return because("its last checkpoint was kept within an epoch, before validation.");
  if (!kept) return because("it keeps no predictions (it was trained by an earlier version).");
  const { films } = kept;
  if (!films) return because("its films were prepared by an earlier version, which kept nothing to know them again by.");
  return { ...kept, films };
}

/** The targets that both learnt, in the baseline's order. */
export function sharedTargets(trial: KeptValidation, baseline: KeptValidation): string[] {
  return baseline.targets.filter((target) => trial.targets.includes(target));
}

/** Why there is nothing to compare by; null where there is. */
export function refusePair(trial: KeptValidation, baseline: KeptValidation, [a, b]: [number, number]): string | null {
  if (sharedTargets(trial, baseline).length > 0) return null;
  return `Trial ${a} cannot be compared with trial ${b}: it learnt ${formatNames(trial.targets)}, the other ${formatNames(baseline.targets)}.`;
}

/**
 * Films are the same where their files hold the same. One that stands in a part several times is matched as often as it stands in both.
 * @param target one that both learnt
 */
export function matchFilms(trial: KnownFilms, baseline: KnownFilms, target: string): MatchedFilms {
  const [ofTrial, ofBaseline] = [columnOf(trial, target), columnOf(baseline, target)];
  const waiting = new Map<string, number[]>();
  // Backwards, so that the first of several is taken first.
  for (let film = countFilms(baseline) - 1; film >= 0; film--) {
    const key = keyOf(baseline, film);
    const places = waiting.get(key);
    if (places) places.push(film);
    else waiting.set(key, [film]);
  }
  const pairs: [film: number, baselineFilm: number][] = [];
  const overlap = { shared: 0, onlyTrial: 0, onlyBaseline: countFilms(baseline), otherLabels: 0 };
  for (let film = 0; film < countFilms(trial); film++) {
    const other = waiting.get(keyOf(trial, film))?.pop();
    if (other === undefined) {
      overlap.onlyTrial++;
      continue;
    }
    overlap.onlyBaseline--;
    const label = ofTrial.label(film);
    if (label !== ofBaseline.label(other)) overlap.otherLabels++;
    else if (label !== UNKNOWN_LABEL) pairs.push([film, other]);
  }
  overlap.shared = pairs.length;
  return {
    overlap,
    films: {
      labels: Uint8Array.from(pairs, ([film]) => ofTrial.label(film)),
      scores: Float64Array.from(pairs, ([film]) => ofTrial.logit(film)),
      patients: Uint32Array.from(pairs, ([, film]) => baseline.patients?.[film] ?? film),
    },
    baselineScores: Float64Array.from(pairs, ([, film]) => ofBaseline.logit(film)),
  };
}

const countFilms = ({ films }: KnownFilms) => films.length / FILM_KEY_BYTES;

const keyOf = ({ films }: KnownFilms, film: number) =>
  String.fromCharCode(...films.subarray(film * FILM_KEY_BYTES, (film + 1) * FILM_KEY_BYTES));

function columnOf({ targets, labels, logits }: KeptValidation, target: string) {
  const cell = (film: number) => film * targets.length + targets.indexOf(target);
  return {
    label: (film: number) => labels[cell(film)] ?? UNKNOWN_LABEL,
    logit: (film: number) => logits[cell(film)] ?? Number.NaN,
  };
}

/** Below it a difference is told from chance. */
const LEVEL = 0.05;

/** What a comparison says, in a sentence. Where chance could have made the difference, it says so and not which trial is ahead. */
export function describeComparison({ trial, baseline, models, holmP, knowsPatients }: TrialComparison): string {
  const { films, auroc, byPatient } = models;
  if (films === 0) return `Trial ${trial} and trial ${baseline} validated on no film in common.`;
  const onFilms = `on the same ${formatPlural(films, "film")}`;
  if (!auroc)
    return `Trial ${trial} and trial ${baseline} cannot be compared ${onFilms}: fewer than two of them are of one class.`;
  const { difference, p } = auroc;
  const ahead = difference.value < 0 ? "worse" : "better";
  const size = describeSize(ahead === "worse" ? turned(difference) : difference, p, holmP);
  if (holmP === null || holmP >= LEVEL) {
    return `No difference can be told between trial ${trial} and trial ${baseline}: ${describeSize(difference, p, holmP)} ${onFilms}.`;
  }
  const told = `Trial ${trial} is ${ahead} than trial ${baseline} by ${size} ${onFilms}`;
  const drawn = knowsPatients ? byPatient.auroc : null;
  if (!drawn || drawn.low > 0 || drawn.high < 0) return `${told}.`;
  return `${told}, but not for certain: drawn patient by patient, the difference could be none (${formatSpan(ahead === "worse" ? turned(drawn) : drawn)}).`;
}

/** How the films differ that two trials validated on; null where they do not. */
export function describeOverlap({
  trial,
  baseline,
  overlap,
}: Pick<TrialComparison, "trial" | "baseline" | "overlap">): string | null {
  const { shared, onlyTrial, onlyBaseline, otherLabels } = overlap;
  const parts = [
    onlyTrial > 0 && `${formatPlural(onlyTrial, "film")} only trial ${trial} validated on`,
    onlyBaseline > 0 && `${formatPlural(onlyBaseline, "film")} only trial ${baseline} did`,
    otherLabels > 0 && `${formatPlural(otherLabels, "film")} they label otherwise`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  const rest =
    shared === 0 ? "None is left to compare them by." : `They are compared on the other ${formatPlural(shared, "film")}.`;
  return `Trial ${trial} and trial ${baseline} did not validate on the same films: ${listed(parts)}. ${rest}`;
}

/** Each such sentence once; under its target where the targets of a trial do not all say the same. */
export function listOverlaps(rows: readonly Pick<TrialComparison, "trial" | "baseline" | "target" | "overlap">[]): string[] {
  const sentences = rows.flatMap((row) => {
    const sentence = describeOverlap(row);
    const ofTrial = rows.filter(({ trial }) => trial === row.trial).map(describeOverlap);
    if (sentence === null) return [];
    return [ofTrial.every((other) => other === sentence) ? sentence : `${row.target}: ${sentence}`];
  });
  return [...new Set(sentences)];
}

function listed(parts: string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

const turned = ({ value, low, high }: Estimate): Estimate => ({ value: -value, low: -high, high: -low });

function describeSize(difference: Estimate, p: number | null, holmP: number | null): string {
  const corrected = p === null || holmP === null || formatP(holmP) === formatP(p) ? "" : `, ${formatP(holmP)} corrected`;
  return `${formatDifference(difference.value)} (${formatSpan(difference)}, ${p === null ? "no test" : `p ${withSign(p)}${corrected}`})`;
}

const withSign = (p: number) => (p < LEAST_P ? `< ${LEAST_P}` : `= ${formatP(p)}`);

const LEAST_P = 0.001;

/** 0.43, 0.021, < 0.001 */
export function formatP(p: number): string {
  if (p < LEAST_P) return `< ${LEAST_P}`;
  return p.toFixed(p < 0.1 ? 3 : 2);
}

/** 0.021, −0.004 */
export function formatDifference(value: number): string {
  const digits = Math.abs(value).toFixed(3);
  return value < 0 && Number(digits) !== 0 ? `−${digits}` : digits;
}

/** −0.004 to 0.038 */
export const formatSpan = ({ low, high }: Pick<Estimate, "low" | "high">) =>
  `${formatDifference(low)} to ${formatDifference(high)}`;
