// Holds what an engine computes against a golden: distances as the Python beside this makes them (make.py). For tests.
import type { Batch, NamedArrays } from "../engine";
import { fillByFormula, project } from "./formula";

/** Films by formula, the same for every test of an architecture. */
export function makeBatch(arch: string, count: number, size: number, targets: number[] = []): Batch {
  const data = fillByFormula(`films ${arch}`, count * 3 * size * size, 0, 2);
  return { count, images: { kind: "normalised", data, size }, targets: Float32Array.from(targets) };
}

const norm = (values: Iterable<number>) => Math.hypot(...values);

/** Distance over norm of the whole of `got` from `want`. */
export function relative(got: Float32Array, want: number[]): number {
  return norm(want.map((value, index) => value - (got[index] ?? Number.NaN))) / norm(want);
}

export type Summaries = Record<string, { norm: number; projections: number[] }>;

/** How far tensors are, over all of them. */
export const FIGURES = ["median", "p99", "worst"] as const;
export type Spread = Record<(typeof FIGURES)[number], number>;

/** Gradients below this share of the largest are nothing to float32: beside it they may be anything as small. */
const NEGLIGIBLE = 1e-5;

/** Each tensor's distance from its summary over its norm, as the golden's own figures were made. */
export function spread(arrays: NamedArrays, summaries: Summaries): Spread {
  const least = NEGLIGIBLE * Math.max(...Object.values(summaries).map((summary) => summary.norm));
  const errors = Object.entries(summaries)
    .flatMap(([name, { norm: length, projections }]) => {
      const got = project(name, arrays.get(name)?.data ?? new Float32Array());
      const differences = projections.map((value, index) => value - (got[index] ?? Number.NaN));
      const distance = norm(differences) / Math.sqrt(projections.length);
      if (length >= least) return distance / length;
      return distance < least ? [] : Number.POSITIVE_INFINITY;
    })
    .sort((a, b) => a - b);
  const quantile = (share: number) => errors[Math.round(share * (errors.length - 1))] ?? Number.NaN;
  return { median: quantile(0.5), p99: quantile(0.99), worst: quantile(1) };
}
