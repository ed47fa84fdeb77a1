// How many bytes a network's weights take when they are kept, known before there is a network. It keeps none.
import type { KeptSizes } from "../protocol/storage";
import { DENSENETS, isParameter, listArrays } from "./densenet";
import type { EngineOptions } from "./engine";
import { countElements } from "./numberTypes";

/** Float32: the arrays, AdamW's two moments of each parameter, and the arrays' moving average where one is kept. */
export function sizeKept({ arch, classes, head, averages }: EngineOptions): KeptSizes {
  let [weights, moments] = [0, 0];
  for (const array of listArrays(DENSENETS[arch], classes, head)) {
    const bytes = 4 * countElements(array.shape);
    weights += bytes;
    if (isParameter(array)) moments += 2 * bytes;
  }
  return { checkpoint: weights + moments + (averages ? weights : 0), weights };
}
