// From figures to pixels and back, and lines through points. Pure; no element is made here.

/** Maps a domain to the length of an axis. */
export interface Scale {
  /** Pixels from the axis' start. */
  at(value: number): number;
  /** The value at so many pixels from the start. */
  invert(pixels: number): number;
}

export interface Domain {
  from: number;
  to: number;
  log?: boolean;
}

/** @param length pixels; negative for an axis that grows upwards, whose start is at the bottom */
export function makeScale({ from, to, log = false }: Domain, length: number): Scale {
  const forward = log ? Math.log : (value: number) => value;
  const back = log ? Math.exp : (value: number) => value;
  const start = forward(from);
  const span = forward(to) - start || 1;
  const offset = length < 0 ? -length : 0;
  return {
    at: (value) => offset + ((forward(value) - start) / span) * length,
    invert: (pixels) => back(start + ((pixels - offset) / length) * span),
  };
}

/** The least and the greatest of however many values; [Infinity, -Infinity] of none. */
export function extentOf(values: readonly number[]): [least: number, greatest: number] {
  return values.reduce<[number, number]>(
    ([least, greatest], value) => [Math.min(least, value), Math.max(greatest, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** An SVG path through points in pixels, to a tenth of one. A point that is not finite is passed over: the line goes on to the next. */
export function tracePath(points: Iterable<readonly [x: number, y: number]>): string {
  const parts: string[] = [];
  for (const [x, y] of points) if (Number.isFinite(x) && Number.isFinite(y)) parts.push(`${round(x)} ${round(y)}`);
  return parts.length > 0 ? `M${parts.join("L")}` : "";
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;

/** The item whose place, by `at` in pixels, is nearest to `pixels`; the first of several as near. */
export function nearest<Item>(items: readonly Item[], at: (item: Item) => number, pixels: number): Item | undefined {
  let best: Item | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const distance = Math.abs(at(item) - pixels);
    if (distance < least) [best, least] = [item, distance];
  }
  return best;
}
