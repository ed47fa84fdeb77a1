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

/** Film by film, under each target. */
export function listPredictions({
  paths,
  targets,
  labels,
  logits,
  probabilities,
}: Pick<Evaluation, "paths" | "labels" | "logits" | "probabilities"> & {
  targets: readonly Pick<TargetScores, "target">[];
}): Prediction[] {
  return Array.from(logits, (logit, at): Prediction => {
    const label = labels[at];
    return {
      path: paths[Math.floor(at / targets.length)] ?? "",
      target: label === undefined || label === UNKNOWN_LABEL ? null : label === 1 ? 1 : 0,
      logit,
      probability: probabilities[at] ?? 0,
      finding: targets[at % targets.length]?.target ?? "",
    };
  });
}

/** How far a prediction is from its label: 0 is right, as is any where there is no label, and 1 as wrong as can be. */
export function wrongness({ target, probability }: Pick<Prediction, "target" | "probability">): number {
  return target === null ? 0 : Math.abs(target - probability);
}
