// How a heat map is laid over a film: scaled, enlarged, coloured, and said in words. Pure numbers; a canvas is FilmWithMap.tsx's.

/**
 * A map from 0 to 1, by its own largest value: then colours of two films do not compare, and the next to nothing that a film without the finding
 * shows is as bright as the evidence of another; or by that of films that are looked at together. One that is 0 throughout stays so.
 */
export function normalise(map: Float32Array, most = map.reduce((a, b) => Math.max(a, b), 0)): Float32Array {
  return most > 0 ? map.map((value) => Math.min(1, value / most)) : map.slice();
}

/** [side, side] to [size, size], bilinear between the cells' centres (torch `interpolate`, `align_corners=False`). */
export function upsample(map: Float32Array, side: number, size: number): Float32Array {
  const places = Array.from({ length: size }, (_, pixel) => {
    const at = Math.min(side - 1, Math.max(0, ((pixel + 0.5) * side) / size - 0.5));
    const from = Math.floor(at);
    return { from, to: Math.min(side - 1, from + 1), share: at - from };
  });
  const out = new Float32Array(size * size);
  places.forEach((row, y) => {
    places.forEach((column, x) => {
      const along = (line: number) =>
        map[line * side + column.from]! * (1 - column.share) + map[line * side + column.to]! * column.share;
      out[y * size + x] = along(row.from) * (1 - row.share) + along(row.to) * row.share;
    });
  });
  return out;
}

/** matplotlib's `inferno` (CC0) at ten even steps: ever lighter, so that it is read without its hues too. */
const INFERNO = [
  [0, 0, 4],
  [27, 12, 66],
  [75, 12, 107],
  [120, 28, 109],
  [165, 44, 96],
  [207, 68, 70],
  [237, 105, 37],
  [251, 154, 6],
  [247, 208, 60],
  [252, 255, 164],
] as const;

type Color = [red: number, green: number, blue: number];

/** Of a value from 0 to 1; bytes, not rounded. */
export function colorOf(value: number): Color {
  const at = Math.min(1, Math.max(0, value)) * (INFERNO.length - 1);
  const from = Math.min(INFERNO.length - 2, Math.floor(at));
  const [low, high] = [INFERNO[from]!, INFERNO[from + 1]!];
  return [0, 1, 2].map((channel) => low[channel]! + (high[channel]! - low[channel]!) * (at - from)) as Color;
}

/** CSS for a legend of the colours, from 0 to 1. */
export const INFERNO_GRADIENT = `linear-gradient(to right, ${INFERNO.map((color) => `rgb(${color.join(" ")})`).join(", ")})`;

export interface Heat {
  /** A pixel each, from 0 to 1: how much of the film the colour covers, and which colour it is. */
  values: Float32Array;
  /** Of the film that the strongest pixel covers, from 0 to 1. */
  opacity: number;
}

/** Grey bytes as RGBA, under the heat where there is any. */
export function paint(pixels: Uint8Array, heat: Heat | null): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * pixels.length);
  pixels.forEach((grey, pixel) => {
    const value = heat?.values[pixel] ?? 0;
    const cover = value * (heat?.opacity ?? 0);
    const color = cover > 0 ? colorOf(value) : [0, 0, 0];
    for (let channel = 0; channel < 3; channel++) out[4 * pixel + channel] = grey + (color[channel]! - grey) * cover;
    out[4 * pixel + 3] = 255;
  });
  return out;
}

/** Where a map [side, side] is strongest, as the end of a sentence. Left is the picture's left, not the patient's. */
export function describeMap(map: Float32Array, side: number): string {
  const peak = map.reduce((best, value, cell) => (value > map[best]! ? cell : best), 0);
  if (!(map[peak]! > 0)) return "nothing in it spoke for the target";
  if (side === 1) return "the film is too small for a map of places";
  const third = (cell: number) => Math.floor(((cell + 0.5) / side) * 3);
  const row = ["upper", "", "lower"][third(Math.floor(peak / side))];
  const column = ["left", "", "right"][third(peak % side)];
  const place = row && column ? `${row} ${column}` : row ? `${row} middle` : column ? `${column} middle` : "middle";
  return `the network looked most at the ${place} of the picture`;
}
