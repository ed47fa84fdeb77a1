// How many bytes a network's weights take when they are kept, known before there is a network. It keeps none.
import type { KeptSizes } from "../protocol/storage";
import { type ArrayRole, DENSENETS, listArrays } from "./densenet";
import type { EngineOptions } from "./engine";

const NOT_TRAINED: ReadonlySet<ArrayRole> = new Set(["runningMean", "runningVariance", "batches"]);

/** Float32: the arrays, AdamW's two moments of each parameter, and the arrays' moving average where one is kept. */
export function sizeKept({ arch, classes, head, averages }: EngineOptions): KeptSizes {
  let [weights, moments] = [0, 0];
  for (const { shape, role } of listArrays(DENSENETS[arch], classes, head)) {
    const bytes = 4 * shape.reduce((size, side) => size * side, 1);
    weights += bytes;
    if (!NOT_TRAINED.has(role)) moments += 2 * bytes;
  }
  return { checkpoint: weights + moments + (averages ? weights : 0), weights };
}
