// What an evaluation says of each of its films, under the target that is looked at.
import { useMemo } from "react";
import { type Prediction, predictionsUnder } from "../../app/predictions";
import type { Evaluation } from "../../protocol/training";
import { useLab } from "../labContext";

export function usePredictions(evaluation: Evaluation): Prediction[] {
  const at = useLab((lab) => lab.figures.at);
  return useMemo(() => predictionsUnder(evaluation, at), [evaluation, at]);
}
