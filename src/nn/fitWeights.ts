// A network's arrays from another's: the body as it is, and what of the head has another shape drawn anew. Reads no file.
import { DENSENETS, listArrays } from "./densenet";
import type { NamedArrays } from "./engine";
import { initialise } from "./initialise";
import type { WeightsInfo } from "./weights";

/**
 * `model` for a network of the same architecture with other classes or another head. What has no fitting array in it is what a fresh
 * network of this seed begins with.
 */
export function fitWeights(
  model: NamedArrays,
  { arch, head, classes }: Pick<WeightsInfo, "arch" | "head"> & { classes: number },
  seed: number,
): NamedArrays {
  const arrays = listArrays(DENSENETS[arch], classes, head);
  const isKept = ({ name, shape }: (typeof arrays)[number]) => model.get(name)?.shape.join() === shape.join();
  const drawn = initialise(arrays, seed, (array) => !isKept(array));
  return new Map(arrays.map(({ name }) => [name, drawn.get(name) ?? model.get(name)!]));
}
