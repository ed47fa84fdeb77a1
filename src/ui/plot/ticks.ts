// Round numbers for an axis. Pure.

/** Round ticks (1, 2 or 5 times a power of ten) that span at least `low` to `high`, about `count` of them. */
export function roundTicks(low: number, high: number, count = 5): number[] {
  const raw = Math.max(high - low, 1e-9) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw * 0.999) ?? 10);
  const from = Math.floor(low / step + 1e-9);
  const to = Math.ceil(high / step - 1e-9);
  // Through a decimal string, so that 3 * 0.1 is 0.3.
  return Array.from({ length: to - from + 1 }, (_, index) => Number(((from + index) * step).toPrecision(12)));
}
