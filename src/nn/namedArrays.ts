// Checks a set of named arrays against the ones that a network has. Not a reader of files.
import { LabError } from "../protocol/labError";
import type { NamedArrays } from "./engine";

const shown = (shape: readonly number[]) => `[${shape.join(", ")}]`;

/**
 * Names and shapes must agree exactly. `source` begins the sentence of the error, e.g. "weights.safetensors".
 * @throws LabError weightsMismatch naming the first array that is missing, too many or of another shape
 */
export function checkArrays(
  expected: readonly { name: string; shape: number[] }[],
  given: NamedArrays,
  source: string,
  arch: string,
): void {
  const advice = `Choose the architecture and the number of targets that these weights were trained with (now ${arch}).`;
  for (const { name, shape } of expected) {
    const array = given.get(name);
    if (!array) throw new LabError("weightsMismatch", `${source} lacks ${name} ${shown(shape)}. ${advice}`, name);
    if (shown(array.shape) !== shown(shape)) {
      throw new LabError(
        "weightsMismatch",
        `${source} holds ${name} with shape ${shown(array.shape)}, but ${shown(shape)} is needed. ${advice}`,
        name,
      );
    }
  }
  const names = new Set(expected.map(({ name }) => name));
  for (const [name, { shape }] of given) {
    if (names.has(name)) continue;
    throw new LabError(
      "weightsMismatch",
      `${source} holds ${name} ${shown(shape)}, which ${arch} has no place for. ${advice}`,
      name,
    );
  }
}
