// How long things of a kind take: the median of the last few times of each. Reads no clock.

const KEPT = 9;
const ENOUGH = 3;

export class Stopwatch {
  readonly #times = new Map<string, number[]>();

  add(kind: string, ms: number): void {
    this.#times.set(kind, [...(this.#times.get(kind) ?? []), ms].slice(-KEPT));
  }

  /** Null until there are enough times to go by. */
  median(kind: string): number | null {
    const times = (this.#times.get(kind) ?? []).toSorted((a, b) => a - b);
    return times.length < ENOUGH ? null : (times[Math.floor(times.length / 2)] ?? null);
  }
}
