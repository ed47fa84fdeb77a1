// Fewer points for the same drawn line. Knows no statistics.

/** Nearer to the line than this is on it: rates are quotients, and rounded. */
const ON_LINE = 1e-12;

/** The part of a curve between two kept points, and its point that lies farthest off their line. */
interface Span {
  from: number;
  to: number;
  farthest: number;
  distance: number;
}

/**
 * Places of at most `most` points (two or more), both ends among them, whose line stays near the whole curve: as Douglas and Peucker (1973),
 * taking the point that is farthest off wherever it is. Where they suffice, these are all the corners and nothing else.
 * @param x [points]
 * @param y [points]
 */
export function thinCurve(x: Float64Array, y: Float64Array, most: number): Uint32Array {
  const last = x.length - 1;
  if (last < 1) return Uint32Array.from(x.keys());
  const spans = [measure(x, y, 0, last)];
  while (spans.length + 1 < most) {
    const at = spans.reduce((widest, span, place) => (span.distance > spans[widest]!.distance ? place : widest), 0);
    const { from, to, farthest, distance } = spans[at]!;
    if (distance <= ON_LINE) break;
    spans[at] = measure(x, y, from, farthest);
    spans.push(measure(x, y, farthest, to));
  }
  return Uint32Array.from([0, ...spans.map((span) => span.to)]).sort();
}

function measure(x: Float64Array, y: Float64Array, from: number, to: number): Span {
  const [dx, dy] = [x[to]! - x[from]!, y[to]! - y[from]!];
  const length = Math.hypot(dx, dy);
  const span: Span = { from, to, farthest: from, distance: 0 };
  for (let at = from + 1; at < to; at++) {
    const [px, py] = [x[at]! - x[from]!, y[at]! - y[from]!];
    const distance = length === 0 ? Math.hypot(px, py) : Math.abs(px * dy - py * dx) / length;
    if (distance > span.distance) Object.assign(span, { farthest: at, distance });
  }
  return span;
}
