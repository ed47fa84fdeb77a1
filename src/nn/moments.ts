// An optimiser's moments as a snapshot names them (torch.optim's names, before the parameter's), to vectors and back. Not the optimiser.
import type { NamedArrays, OptimizerRule } from "./engine";
import { checkArrays } from "./namedArrays";
import { type Packing, pack } from "./packing";

type OptimizerName = OptimizerRule["name"];

export const MOMENTS: Record<OptimizerName, readonly string[]> = { adamw: ["exp_avg", "exp_avg_sq"], sgd: ["momentum_buffer"] };

const optimizerOf = (remembered: NamedArrays): OptimizerName =>
  [...remembered.keys()].some((name) => name.startsWith(`${MOMENTS.sgd[0]}.`)) ? "sgd" : "adamw";

const withPrefix = (packing: Packing, prefix: string): Packing => ({
  ...packing,
  arrays: packing.arrays.map((array) => ({ ...array, name: `${prefix}.${array.name}` })),
});

/** @throws LabError weightsMismatch where they are not those of these parameters */
export function checkMoments(packing: Packing, remembered: NamedArrays, arch: string): void {
  if (remembered.size === 0) return;
  const expected = MOMENTS[optimizerOf(remembered)].flatMap((prefix) => withPrefix(packing, prefix).arrays);
  checkArrays(expected, remembered, "The optimiser's state", arch);
}

/** Whose they are, and a vector each in the order of MOMENTS; null where there are none. */
export function packMoments(
  packing: Packing,
  remembered: NamedArrays,
): { name: OptimizerName; vectors: Float32Array<ArrayBuffer>[] } | null {
  if (remembered.size === 0) return null;
  const name = optimizerOf(remembered);
  return { name, vectors: MOMENTS[name].map((prefix) => pack(withPrefix(packing, prefix), remembered)) };
}

/** Of moments in the order of MOMENTS, each under the parameters' names. */
export function nameMoments(name: OptimizerName, moments: readonly NamedArrays[]): NamedArrays {
  return new Map(
    moments.flatMap((arrays, index) =>
      Array.from(arrays, ([parameter, array]) => [`${MOMENTS[name][index]}.${parameter}`, array] as const),
    ),
  );
}
