// A network's arrays from another's: the body as it is, of the head what it still tells, and what has another shape drawn anew. Reads no file.
import type { Head } from "../protocol/settings";
import { DENSENETS, LAST_LAYERS, listArrays } from "./densenet";
import type { NamedArray, NamedArrays } from "./engine";
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

/** `model` with the logits of these `places` alone, in their order: of its last layer the rows at them. */
export function pickClasses(model: NamedArrays, head: Head, places: readonly number[]): NamedArrays {
  const pick = ({ shape: [rows = 0, ...columns], data }: NamedArray): NamedArray => {
    const width = data.length / rows;
    const picked = new Float32Array(places.length * width);
    places.forEach((place, row) => {
      picked.set(data.subarray(place * width, (place + 1) * width), row * width);
    });
    return { shape: [places.length, ...columns], data: picked };
  };
  const isLast = (name: string) => name.startsWith(`${LAST_LAYERS[head]}.`);
  return new Map(Array.from(model, ([name, array]) => [name, isLast(name) ? pick(array) : array]));
}
