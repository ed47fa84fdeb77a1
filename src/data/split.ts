// Says which rows are for training and which for validation, by patient. It reads no label, and does not balance.
import { createRandom, shuffle } from "../nn/random";
import { LabError } from "../protocol/labError";
import type { SampleSettings } from "../protocol/settings";
import { type FilmIndex, ownPart, TRAINING } from "./filmIndex";

/** Labelled rows of both parts, ascending. */
export interface Split {
  train: Uint32Array;
  valid: Uint32Array;
}

/** Of each row `OUT`, `TRAIN` or `VALID`; rows without a film are out. */
export interface Sides {
  of: Uint8Array;
  /** Rows with a film that the dataset holds out and this choice of validation does not use. */
  heldOut: number;
  /** Training rows with a film that are out because their patient, or the film itself, is held out. */
  sharedLeftOut: number;
}

export const OUT = 0;
const TRAIN = 1;
const VALID = 2;

/**
 * The share is of the dataset's patients, whatever their labels: a patient stays on one side when the target or a policy changes. With
 * `isPositive`, of the rows, it is of the patients with a positive row and of the others, each by itself, as in scikit-learn's
 * `StratifiedGroupKFold`: both sides then hold positives, where there are two such patients.
 * Depends on the seed and the patients' names, not on the order of the rows.
 * With the dataset's own validation, training rows of a patient or a film that is also in its validation or test are left out. Where all is
 * held out, so are those parts, and of a film's rows the one that the dataset holds out counts.
 * @throws LabError badSettings
 */
export function chooseSides(
  index: FilmIndex,
  { validation, seed }: Pick<SampleSettings, "validation" | "seed">,
  isPositive: ((row: number) => boolean) | null = null,
): Sides {
  if (validation === "all") return holdOutAll(index);
  return validation === "own" ? takeOwnPart(index) : drawPart(index, drawPatients(index, validation, seed, isPositive));
}

/** Those of the rows whose code is 0 (negative) or 1 (positive). */
export function splitRows({ of }: Sides, codes: Uint8Array): Split {
  const train: number[] = [];
  const valid: number[] = [];
  for (const [row, side] of of.entries()) {
    if (side === OUT || (codes[row] ?? 2) > 1) continue;
    (side === VALID ? valid : train).push(row);
  }
  return { train: Uint32Array.from(train), valid: Uint32Array.from(valid) };
}

/** @param inValidation one flag a patient */
function drawPart(index: FilmIndex, inValidation: Uint8Array): Sides {
  const sides = { of: new Uint8Array(index.rows), heldOut: 0, sharedLeftOut: 0 };
  for (let row = 0; row < index.rows; row++) {
    if ((index.filmOfRow[row] ?? -1) < 0) continue;
    if (index.part[row] !== TRAINING) sides.heldOut++;
    else sides.of[row] = inValidation[index.patientOfRow[row] ?? 0] ? VALID : TRAIN;
  }
  return sides;
}

function holdOutAll(index: FilmIndex): Sides {
  const sides = { of: new Uint8Array(index.rows), heldOut: 0, sharedLeftOut: 0 };
  const { films } = listHeldOut(index);
  for (let row = 0; row < index.rows; row++) {
    const film = index.filmOfRow[row] ?? -1;
    if (film < 0) continue;
    if (index.part[row] === TRAINING && films[film]) sides.sharedLeftOut++;
    else sides.of[row] = VALID;
  }
  return sides;
}

/** Flags of the patients and the films that the dataset holds out, be it for its validation or its test. */
function listHeldOut(index: FilmIndex): { patients: Uint8Array; films: Uint8Array } {
  const held = { patients: new Uint8Array(index.patients.length), films: new Uint8Array(index.films.length) };
  for (let row = 0; row < index.rows; row++) {
    const film = index.filmOfRow[row] ?? -1;
    if (index.part[row] === TRAINING || film < 0) continue;
    held.patients[index.patientOfRow[row] ?? 0] = 1;
    held.films[film] = 1;
  }
  return held;
}

function takeOwnPart(index: FilmIndex): Sides {
  const own = ownPart(index);
  if (own === null) {
    const message = `${index.summary.name} holds out no validation of its own. Choose a validation share instead.`;
    throw new LabError("badSettings", message, "Validation share");
  }
  // Of its test too, where that is not what is validated with: it stays unseen.
  const held = listHeldOut(index);
  const sides = { of: new Uint8Array(index.rows), heldOut: 0, sharedLeftOut: 0 };
  for (let row = 0; row < index.rows; row++) {
    const film = index.filmOfRow[row] ?? -1;
    if (film < 0) continue;
    if (index.part[row] === own) sides.of[row] = VALID;
    else if (index.part[row] !== TRAINING) sides.heldOut++;
    else if (held.patients[index.patientOfRow[row] ?? 0] || held.films[film]) sides.sharedLeftOut++;
    else sides.of[row] = TRAIN;
  }
  return sides;
}

/** One flag a patient: 1 for validation. Of each stratum at least one patient on each side where there are two. */
function drawPatients(index: FilmIndex, share: number, seed: number, isPositive: ((row: number) => boolean) | null): Uint8Array {
  if (!(share > 0 && share < 1)) {
    throw new LabError(
      "badSettings",
      `The validation share is ${share}; choose one between 0 and 1, such as 0.1.`,
      "Validation share",
    );
  }
  // Patients are numbered in the order of their sorted names.
  const strataOf = new Uint8Array(index.patients.length);
  for (let row = 0; row < index.rows; row++) {
    if (index.part[row] !== TRAINING || (index.filmOfRow[row] ?? -1) < 0) continue;
    const patient = index.patientOfRow[row] ?? 0;
    strataOf[patient] = Math.max(strataOf[patient] ?? 0, isPositive?.(row) ? WITH_POSITIVE : IN_FOLDER);
  }
  const flags = new Uint8Array(index.patients.length);
  const random = createRandom(seed, "split");
  for (const stratum of [IN_FOLDER, WITH_POSITIVE]) {
    const order = shuffle(
      Uint32Array.from(strataOf.keys()).filter((patient) => strataOf[patient] === stratum),
      random,
    );
    const count = Math.min(order.length - 1, Math.max(1, Math.round(order.length * share)));
    for (const patient of order.subarray(0, Math.max(0, count))) flags[patient] = 1;
  }
  return flags;
}

const IN_FOLDER = 1;
const WITH_POSITIVE = 2;
