// What becomes of films before the network sees them, in plain numbers: the readable definition of kernels/films.ts, for the stock engine
// and for pictures. It draws no moves: see training/augment.ts.
import { LOGIT_MARGIN, MOVE_FLOATS, STILL } from "../kernels/films";
import type { Batch } from "./engine";

/** A move's, whose length MOVE_FLOATS vouches for. */
type Numbers = [number, number, number, number, number, number, number, number, number, number];

/** A grey's light changed in logit space, as fastai v1's `brightness` and then `contrast` do. */
function light(grey: number, brightness: number, contrast: number): number {
  if (brightness === 0 && contrast === 1) return grey;
  const held = Math.min(1 - LOGIT_MARGIN, Math.max(LOGIT_MARGIN, grey));
  return 1 / (1 + Math.exp(-contrast * (Math.log(held / (1 - held)) + brightness)));
}

/** The place within [0, last] that is seen at `at`, mirrored about the outermost pixels as often as needed. */
function reflect(at: number, last: number): number {
  const period = Math.max(1, 2 * last);
  const within = ((at % period) + period) % period;
  return Math.min(within, period - within);
}

/**
 * A film's greys in [0, 1], [size, size], after `move` (kernels/films.ts says what its numbers are).
 * @param film bytes, [size, size]
 */
export function moveFilm(film: Uint8Array, size: number, move: ArrayLike<number>): Float32Array {
  const [a, b, c, g, d, e, f, h, brightness, contrast] = Array.from(move) as unknown as Numbers;
  const last = size - 1;
  const centre = last / 2;
  const greyAt = (row: number, column: number) => film[reflect(row, last) * size + reflect(column, last)]! / 255;
  const moved = new Float32Array(size * size);
  for (let pixel = 0; pixel < moved.length; pixel++) {
    const x = (pixel % size) - centre;
    const y = Math.floor(pixel / size) - centre;
    const w = g * x + h * y + 1;
    const column = (a * x + b * y + c) / w + centre;
    const row = (d * x + e * y + f) / w + centre;
    const [left, top] = [Math.floor(column), Math.floor(row)];
    const [right, lower] = [column - left, row - top];
    const above = greyAt(top, left) * (1 - right) + greyAt(top, left + 1) * right;
    const below = greyAt(top + 1, left) * (1 - right) + greyAt(top + 1, left + 1) * right;
    moved[pixel] = light(above * (1 - lower) + below * lower, brightness, contrast);
  }
  return moved;
}

/** Film `index` of a batch of films as the network will see it, in [0, 1] and not yet normalised: moved, lit and blended. */
export function showFilm({ images, moves, blend }: Batch, index: number): Float32Array {
  if (images.kind !== "films") throw new Error("Only films are moved");
  const { data, size } = images;
  const pixels = size * size;
  const moved = (film: number) => {
    const move = moves?.subarray(film * MOVE_FLOATS, (film + 1) * MOVE_FLOATS) ?? STILL;
    return moveFilm(data.subarray(film * pixels, (film + 1) * pixels), size, move);
  };
  const own = moved(index);
  if (!blend) return own;
  const share = blend.shares[index]!;
  const partner = moved(blend.partners[index]!);
  return own.map((grey, pixel) => share * grey + (1 - share) * partner[pixel]!);
}
