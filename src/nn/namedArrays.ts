// Checks a set of named arrays against the ones that a network has, and puts them in its order. Not a reader of files.
import { LabError } from "../protocol/labError";
import type { NamedArray, NamedArrays } from "./engine";

const shown = (shape: readonly number[]) => `[${shape.join(", ")}]`;

interface Misfit {
  name: string;
  words: string;
}

/**
 * Names and shapes must agree exactly. `source` begins the sentence of the error, e.g. "weights.safetensors".
 * @throws LabError weightsMismatch naming the first array that is missing, of another shape, or too many, and how many more there are of each
 */
export function checkArrays(
  expected: readonly { name: string; shape: readonly number[] }[],
  given: ReadonlyMap<string, { shape: readonly number[] }>,
  source: string,
  arch: string,
): void {
  const missing: Misfit[] = [];
  const misshapen: Misfit[] = [];
  for (const { name, shape } of expected) {
    const array = given.get(name);
    if (!array) missing.push({ name, words: `lacks ${name} ${shown(shape)}` });
    else if (shown(array.shape) !== shown(shape)) {
      misshapen.push({ name, words: `holds ${name} with shape ${shown(array.shape)}, but ${shown(shape)} is needed` });
    }
  }
  const names = new Set(expected.map(({ name }) => name));
  const extra = Array.from(
    given,
    ([name, { shape }]): Misfit => ({ name, words: `holds ${name} ${shown(shape)}, which ${arch} has no place for` }),
  );
  const kinds = [missing, misshapen, extra.filter(({ name }) => !names.has(name))].filter((misfits) => misfits.length > 0);
  const [first] = kinds.flat();
  if (!first) return;
  const sentences = kinds.map(
    ([misfit, ...more]) => `${misfit!.words}${more.length > 0 ? `, and ${more.length} more of the kind` : ""}`,
  );
  throw new LabError(
    "weightsMismatch",
    `${source} ${sentences.join("; it ")}. Choose the architecture that these weights were trained with (now ${arch}).`,
    first.name,
  );
}

/** Those of `arrays` that `order` names, in its order. */
export function inOrder(order: readonly { name: string }[], arrays: Iterable<[string, NamedArray]>): NamedArrays {
  const named = new Map(arrays);
  const ordered: NamedArrays = new Map();
  for (const { name } of order) {
    const array = named.get(name);
    if (array) ordered.set(name, array);
  }
  return ordered;
}
