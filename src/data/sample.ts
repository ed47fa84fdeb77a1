// From settings to the rows that are prepared and learnt from, and what is said of them. It reads no film; `prepare.ts` does.
import { type PartSummary, type SampleSummary, type TargetCounts, type TargetSummary, UNKNOWN_LABEL } from "../protocol/dataset";
import type { Failure } from "../protocol/labError";
import { type SampleSettings, targetsOf } from "../protocol/settings";
import { drawEpoch, drawPlanned, epochsToSeeAll, positiveWeight } from "./balance";
import type { FilmIndex } from "./filmIndex";
import { countPatients, groupPositives } from "./groups";
import { labelRows, type RowLabels, tellPositives } from "./labels";
import { chooseSides, type Split, splitRows } from "./split";

export interface SamplePlan {
  labels: RowLabels;
  /** Labelled rows of both parts, before the balance. */
  split: Split;
  /** Rows to prepare: all that the planned epochs and the validation use. */
  planned: Split;
  summary: SampleSummary;
}

/** @throws LabError badSettings */
export function planSample(index: FilmIndex, settings: SampleSettings): SamplePlan {
  const sides = chooseSides(index, settings, settings.stratify ? tellPositives(index, settings) : null);
  const labels = labelRows(index, sides, settings);
  const split = splitRows(sides, codesToUse(labels, settings));
  const { balance, freshEachEpoch, seed } = settings;
  const draw = { labels: labelsOf([labels.codes], split.train), balance, freshEachEpoch, seed };
  const planned = {
    train: pick(split.train, drawPlanned(draw, settings.epochs)),
    valid: pick(split.valid, drawValidation(labelsOf([labels.codes], split.valid), settings)),
  };
  return { labels, split, planned, summary: summarise(index, settings, labels, split, planned) };
}

/** The plan without the rows that `isReady` refuses: films that could not be read. Nothing is drawn in their place. */
export function keepReady(
  index: FilmIndex,
  settings: SampleSettings,
  plan: SamplePlan,
  isReady: (row: number) => boolean,
): SamplePlan {
  const planned = { train: plan.planned.train.filter(isReady), valid: plan.planned.valid.filter(isReady) };
  return { ...plan, planned, summary: summarise(index, settings, plan.labels, plan.split, planned) };
}

/** Codes below 2 for the rows that can be used: films are balanced by a known main label; where all are taken, any label will do. */
function codesToUse({ codes, byTarget }: RowLabels, { balance, validation }: SampleSettings): Uint8Array {
  if (validation !== "all" && (balance === "undersample" || balance === "oversample")) return codes;
  return byTarget.reduce((least, of) => least.map((code, row) => Math.min(code, of[row] ?? UNKNOWN_LABEL)));
}

/** [rows, targets] of the targets' codes: 0, 1, or `UNKNOWN_LABEL`. */
export function labelsOf(byTarget: Uint8Array[], rows: Uint32Array): Uint8Array {
  const labels = new Uint8Array(rows.length * byTarget.length);
  rows.forEach((row, at) => {
    byTarget.forEach((codes, target) => {
      const code = codes[row] ?? UNKNOWN_LABEL;
      labels[at * byTarget.length + target] = code < 2 ? code : UNKNOWN_LABEL;
    });
  });
  return labels;
}

function pick(rows: Uint32Array, places: Uint32Array): Uint32Array {
  return places.map((place) => rows[place] ?? 0);
}

/**
 * Validation split off by share is undersampled like training, once for all epochs, so that accuracy means the same on both. It is left as
 * it is where fresh films are drawn every epoch, which would set its surplus aside for good, by the other balances, and where it is the
 * dataset's own or a test set.
 */
function drawValidation(labels: Uint8Array, { balance, freshEachEpoch, validation, seed }: SampleSettings): Uint32Array {
  const balances = balance === "undersample" && !freshEachEpoch && typeof validation === "number";
  return drawEpoch({ labels, balance: balances ? "undersample" : "none", freshEachEpoch: false, seed }, 0);
}

function summarise(index: FilmIndex, settings: SampleSettings, labels: RowLabels, split: Split, planned: Split): SampleSummary {
  const { balance, freshEachEpoch, seed } = settings;
  const count = (rows: Uint32Array) => countPart(index, labels, rows);
  const plannedLabels = labelsOf([labels.codes], planned.train);
  const epochRows = pick(planned.train, drawEpoch({ labels: plannedLabels, balance, freshEachEpoch, seed }, 0));
  const train = count(epochRows);
  const valid = count(planned.valid);
  const before = add(count(split.train), count(split.valid));
  const filmsToPrepare = planned.train.length + planned.valid.length;
  const names = targetsOf(settings).map(({ target }) => target);
  const targets = labels.byTarget.map((codes, at): TargetSummary => {
    const [train, valid] = [countTarget(codes, planned.train), countTarget(codes, planned.valid)];
    const before = countTarget(codes, Uint32Array.from([...split.train, ...split.valid]));
    return { target: names[at] ?? "", before, train, valid, positiveWeight: balance === "weight" ? positiveWeight(train) : 1 };
  });
  return {
    ...labels.counts,
    before,
    after: add(train, valid),
    kept: new Set(epochRows).size + planned.valid.length,
    setAside: before.films - filmsToPrepare,
    train,
    valid,
    epochFilms: train.films,
    epochsToSeeAll: balance === "undersample" && freshEachEpoch ? epochsToSeeAll(labelsOf([labels.codes], split.train)) : 1,
    filmsToPrepare,
    targets,
    patientsInBoth: countShared(split, (row) => index.patientOfRow[row] ?? 0),
    filmsInBoth: countShared(split, (row) => index.filmOfRow[row] ?? 0),
    grouped: groupPositives(index, labels, split),
    filmsOfPatients: countPatients(index, split),
    problem: findProblem(settings, before, train, valid) ?? (settings.validation === "all" ? null : findOneSided(targets)),
  };
}

/** Films with repeats counted; patients each once. */
function countPart(index: FilmIndex, labels: RowLabels, rows: Uint32Array): PartSummary {
  const { positives, negatives } = countTarget(labels.codes, rows);
  const seen = new Uint8Array(index.patients.length);
  for (const row of rows) seen[index.patientOfRow[row] ?? 0] = 1;
  const patients = seen.reduce((sum, flag) => sum + flag, 0);
  return { films: rows.length, positives, negatives, patients };
}

function countTarget(codes: Uint8Array, rows: Uint32Array): TargetCounts {
  let [positives, negatives] = [0, 0];
  for (const row of rows) {
    if (codes[row] === 1) positives++;
    else if (codes[row] === 0) negatives++;
  }
  return { positives, negatives, unknown: rows.length - positives - negatives };
}

function add(a: PartSummary, b: PartSummary): PartSummary {
  return {
    films: a.films + b.films,
    positives: a.positives + b.positives,
    negatives: a.negatives + b.negatives,
    patients: a.patients + b.patients,
  };
}

function countShared({ train, valid }: Split, keyOf: (row: number) => number): number {
  const inTrain = new Set<number>();
  for (const row of train) inTrain.add(keyOf(row));
  const shared = new Set<number>();
  for (const row of valid) if (inTrain.has(keyOf(row))) shared.add(keyOf(row));
  return shared.size;
}

/** Why nothing can be learnt from the sample, or told by it where it is a test set; or null. */
function findProblem(
  { target, positive, validation, stratify }: SampleSettings,
  before: PartSummary,
  train: PartSummary,
  valid: PartSummary,
): Failure | null {
  const values = positive.map((value) => `“${value}”`).join(" or ");
  const known = before.positives + before.negatives;
  if (known === 0) {
    const message = `No film is labelled under these policies for “${target}”. Choose another target, or other policies for uncertain and blank labels.`;
    return { code: "noFilms", message, at: "Target" };
  }
  if (before.positives === 0 || before.negatives === 0) {
    const missing = before.positives === 0 ? `none is positive (${values})` : "none is negative";
    const message = `All ${known} labelled films are of one class: ${missing} for “${target}”. Choose another target or policy.`;
    return { code: "oneClass", message, at: "Target" };
  }
  if (validation === "all") {
    const message = "No film of the test set is left. Look at why they were set aside, or open another folder.";
    return valid.films > 0 ? null : { code: "noFilms", message };
  }
  if (train.positives === 0 || train.negatives === 0) {
    const message = `The training part holds ${train.positives} positive and ${train.negatives} negative films of “${target}”. Choose a smaller validation share or another seed.`;
    return { code: "oneClass", message, at: "Validation share" };
  }
  if (valid.films === 0) {
    const wayOut = stratify || validation === "own" ? "or another seed" : "another seed, or “Hold out positives in proportion”";
    const message = `The validation part holds no films of both classes of “${target}”. Choose a larger validation share, ${wayOut}.`;
    return { code: "oneClass", message, at: "Validation share" };
  }
  return null;
}

/** A further target of which nothing can be learnt: its logit would only drift to the one class that it saw. */
function findOneSided([, ...more]: TargetSummary[]): Failure | null {
  const oneSided = more.find(({ train }) => train.positives === 0 || train.negatives === 0);
  if (!oneSided) return null;
  const { target, train } = oneSided;
  const message = `The training part holds ${train.positives} positive and ${train.negatives} negative films of “${target}”, which is learnt as well. Remove it, or choose other policies for its labels.`;
  return { code: "oneClass", message, at: "Further target" };
}
