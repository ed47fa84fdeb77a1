// Parts labelled rows into training and validation by patient. It does not balance them.
import { createRandom, shuffle } from "../nn/random";
import { LabError } from "../protocol/labError";
import type { SampleSettings } from "../protocol/settings";
import { type FilmIndex, ownPart, TRAINING } from "./filmIndex";

/** Labelled rows of both parts, ascending. */
export interface Split {
  train: Uint32Array;
  valid: Uint32Array;
}

/** Labelled rows: those whose code is 0 (negative) or 1 (positive). */
function isLabelled(codes: Uint8Array, row: number): boolean {
  return (codes[row] ?? 2) < 2;
}

/**
 * The share is of the dataset's patients, whatever their labels: a patient stays on one side when the target or a policy changes.
 * Depends on the seed and the patients' names, not on the order of the rows.
 * With the dataset's own validation, training rows of a patient or a film that is also in its validation or test are left out.
 * @throws LabError badSettings
 */
export function splitRows(index: FilmIndex, codes: Uint8Array, settings: Pick<SampleSettings, "validation" | "seed">): Split {
  return settings.validation === "own"
    ? takeOwnPart(index, codes)
    : drawPart(index, codes, drawPatients(index, settings.validation, settings.seed));
}

/** @param inValidation one flag a patient */
function drawPart(index: FilmIndex, codes: Uint8Array, inValidation: Uint8Array): Split {
  const train: number[] = [];
  const valid: number[] = [];
  for (let row = 0; row < index.rows; row++) {
    if (index.part[row] !== TRAINING || !isLabelled(codes, row)) continue;
    (inValidation[index.patientOfRow[row] ?? 0] ? valid : train).push(row);
  }
  return { train: Uint32Array.from(train), valid: Uint32Array.from(valid) };
}

function takeOwnPart(index: FilmIndex, codes: Uint8Array): Split {
  const own = ownPart(index);
  if (own === null) {
    const message = `${index.summary.name} holds out no validation of its own. Choose a validation share instead.`;
    throw new LabError("badSettings", message, "Validation share");
  }
  const ownPatients = new Uint8Array(index.patients.length);
  const ownFilms = new Uint8Array(index.films.length);
  for (let row = 0; row < index.rows; row++) {
    const film = index.filmOfRow[row] ?? -1;
    // Of its test too, where that is not what is validated with: it stays unseen.
    if (index.part[row] === TRAINING || film < 0) continue;
    ownPatients[index.patientOfRow[row] ?? 0] = 1;
    ownFilms[film] = 1;
  }
  const train: number[] = [];
  const valid: number[] = [];
  for (let row = 0; row < index.rows; row++) {
    if (!isLabelled(codes, row)) continue;
    if (index.part[row] === own) valid.push(row);
    else if (!ownPatients[index.patientOfRow[row] ?? 0] && !ownFilms[index.filmOfRow[row] ?? 0]) train.push(row);
  }
  return { train: Uint32Array.from(train), valid: Uint32Array.from(valid) };
}

/** One flag a patient: 1 for validation. At least one patient on each side where there are two. */
function drawPatients(index: FilmIndex, share: number, seed: number): Uint8Array {
  if (!(share > 0 && share < 1)) {
    throw new LabError(
      "badSettings",
      `The validation share is ${share}; choose one between 0 and 1, such as 0.1.`,
      "Validation share",
    );
  }
  const inFolder = new Uint8Array(index.patients.length);
  for (let row = 0; row < index.rows; row++) {
    if (index.part[row] === TRAINING && (index.filmOfRow[row] ?? -1) >= 0) inFolder[index.patientOfRow[row] ?? 0] = 1;
  }
  // Patients are numbered in the order of their sorted names.
  const order = shuffle(
    Uint32Array.from(inFolder.keys()).filter((patient) => inFolder[patient] === 1),
    createRandom(seed, "split"),
  );
  const count = Math.max(1, Math.min(order.length - 1, Math.round(order.length * share)));
  const flags = new Uint8Array(index.patients.length);
  for (const patient of order.subarray(0, count)) flags[patient] = 1;
  return flags;
}
