// An evaluation film by film, as it is listed and taken away.
import { UNKNOWN_LABEL } from "../protocol/dataset";
import type { Evaluation, TargetScores } from "../protocol/training";

/** A film under one target. */
export interface Prediction {
  path: string;
  /** Its label; null where that is unknown. */
  target: 0 | 1 | null;
  logit: number;
  probability: number;
  /** Name of the target. */
  finding: string;
}

type Predicted = Pick<Evaluation, "paths" | "labels" | "logits" | "probabilities"> & {
  targets: readonly Pick<TargetScores, "target">[];
};

/** Film by film, under each target. */
export function listPredictions(of: Predicted): Prediction[] {
  return of.paths.flatMap((_, film) => of.targets.map((_, at) => predictionOf(of, film, at)));
}

/** Film by film under the target at this place: a prediction's place is its film's. */
export function predictionsUnder(of: Predicted, at: number): Prediction[] {
  return of.paths.map((_, film) => predictionOf(of, film, at));
}

function predictionOf({ paths, targets, labels, logits, probabilities }: Predicted, film: number, at: number): Prediction {
  const cell = film * targets.length + at;
  const label = labels[cell];
  return {
    path: paths[film] ?? "",
    target: label === undefined || label === UNKNOWN_LABEL ? null : label === 1 ? 1 : 0,
    logit: logits[cell] ?? Number.NaN,
    probability: probabilities[cell] ?? Number.NaN,
    finding: targets[at]?.target ?? "",
  };
}

/** How far a prediction is from its label: 0 is right, as is any where there is no label, and 1 as wrong as can be. */
export function wrongness({ target, probability }: Pick<Prediction, "target" | "probability">): number {
  return target === null ? 0 : Math.abs(target - probability);
}
