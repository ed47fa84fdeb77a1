// Whether films are prepared as those were that a network was trained on: to it the same film of another size or grey is another film.
import { type PreparationSettings, preparationOf } from "../protocol/settings";
import { chooseEvaluated, evaluatedTrial, nameEvaluated } from "./evaluated";
import type { LabState } from "./state";

export interface TrainedOtherwise {
  sentence: string;
  /** How it was trained, as far as that is known. */
  preparation: Partial<PreparationSettings>;
}

/** Of the weights that are evaluated next; null where nothing is known to differ. */
export function findTrainedOtherwise(lab: LabState): TrainedOtherwise | null {
  const trained = trainedWith(lab);
  const { settings } = chooseEvaluated(lab);
  const differing = FIELDS.filter((field) => trained[field] !== undefined && trained[field] !== settings[field]);
  if (differing.length === 0) return null;
  const write = (of: Partial<PreparationSettings>) => differing.map((field) => WORDS[field](of)).join(", ");
  return {
    sentence: `${nameEvaluated(lab)} was trained on films that were ${write(trained)}; these are ${write(settings)}. Its figures on them are not those that it has on films as it knows them.`,
    preparation: trained,
  };
}

/** Of a file the size alone is known, where it tells it. */
function trainedWith(lab: LabState): Partial<PreparationSettings> {
  const trial = evaluatedTrial(lab);
  if (trial) return preparationOf(trial.settings);
  const imageSize = lab.weights.summary?.imageSize ?? null;
  return imageSize === null ? {} : { imageSize };
}

const WORDS: Record<keyof PreparationSettings, (of: Partial<PreparationSettings>) => string> = {
  imageSize: ({ imageSize }) => `of ${imageSize} px`,
  fit: ({ fit }) => (fit === "letterbox" ? "fitted in a letterbox" : "stretched"),
  cropBorders: ({ cropBorders }) => (cropBorders ? "cropped of black borders" : "not cropped"),
  equalise: ({ equalise }) => (equalise ? "equalised" : "not equalised"),
  grading: ({ grading }) => (grading === "percentiles" ? "graded by percentiles" : "graded by their window"),
};
const FIELDS = Object.keys(WORDS) as (keyof PreparationSettings)[];
