// Corrects p-values for how many there are. It tests nothing itself.

/**
 * Holm's step-down correction (Holm 1979; R's `p.adjust(method = "holm")`): of n tests together, the chance that any true null falls below
 * a level is at most that level.
 * @param ps null where there was no test, which then counts for nothing and stays null
 */
export function correctByHolm(ps: readonly (number | null)[]): (number | null)[] {
  const tested = [...ps.entries()].filter((one): one is [number, number] => one[1] !== null).sort(([, a], [, b]) => a - b);
  const corrected: (number | null)[] = ps.map(() => null);
  let least = 0;
  for (const [rank, [place, p]] of tested.entries()) {
    least = Math.max(least, Math.min(1, (tested.length - rank) * p));
    corrected[place] = least;
  }
  return corrected;
}
