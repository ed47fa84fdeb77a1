// Weights, films and projections that both sides compute from a formula, so that no golden file has to hold them. For tests;
// `formula.py` is the same, digit for digit.
import type { ArraySpec } from "../densenet";
import type { NamedArrays } from "../engine";

/** FNV-1a over the characters of a name (ASCII). */
export function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

/** MurmurHash3's finaliser over the name's hash and an index: 32 even bits. */
export function hashAt(nameHash: number, index: number): number {
  let h = (nameHash + Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** centre + spread * u, with u even in [-1, 1): every product and sum rounded to float32. */
export function fillByFormula(name: string, length: number, centre: number, spread: number): Float32Array {
  const nameHash = hashName(name);
  const scale = Math.fround(spread);
  const values = new Float32Array(length);
  for (let index = 0; index < length; index++) {
    values[index] = centre + Math.fround(scale * ((hashAt(nameHash, index) >>> 8) / 2 ** 23 - 1));
  }
  return values;
}

/** An array whose role its name and shape tell, as `formula.py` tells it. */
export function arrayByFormula(name: string, shape: number[]): Float32Array {
  const length = shape.reduce((product, side) => product * side, 1);
  if (name.endsWith("num_batches_tracked")) return new Float32Array(length);
  if (shape.length === 4) return fillByFormula(name, length, 0, Math.sqrt((6 * (shape[0] ?? 1)) / length));
  if (shape.length === 2) return fillByFormula(name, length, 0, 1 / Math.sqrt(shape[1] ?? 1));
  return name.endsWith("running_var") || name.endsWith(".weight")
    ? fillByFormula(name, length, 1, 0.25)
    : fillByFormula(name, length, 0, 0.5);
}

/** A whole network: convolutions as wide as kaiming's, BatchNorm near the identity, running variances positive. */
export const modelByFormula = (arrays: readonly ArraySpec[]): NamedArrays =>
  new Map(arrays.map(({ name, shape }) => [name, { shape, data: arrayByFormula(name, shape) }]));

/** Projections of a tensor on as many vectors of +1 and -1, which stand for the whole tensor. */
export const PROJECTIONS = 8;

/** Bit j of each element's hash is the sign of projection j. */
export function project(name: string, data: Float32Array): number[] {
  const nameHash = hashName(`projection ${name}`);
  const sums = new Float64Array(PROJECTIONS);
  for (let index = 0; index < data.length; index++) {
    const value = data[index] ?? 0;
    const bits = hashAt(nameHash, index);
    for (let j = 0; j < PROJECTIONS; j++) sums[j] = (sums[j] ?? 0) + (((bits >>> j) & 1) * 2 - 1) * value;
  }
  return [...sums];
}
