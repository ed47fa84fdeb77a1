// fastai v1's changes of a film, put together to the one move that the network's input is read by. It draws none: see training/augment.ts.
import { MOVE_FLOATS } from "../kernels/films";

/** What is left out is left alone. */
export interface FilmChange {
  degrees?: number;
  /** Enlarged by `scale` about a place given in shares of the height and width (fastai's `row_pct` and `col_pct`). */
  zoom?: { scale: number; row: number; column: number };
  /** Shares of the side, to the right and down. */
  shift?: readonly [number, number];
  /** fastai's `symmetric_warp`: how far each side of the film is drawn out, in halves of the side. */
  warp?: readonly [number, number, number, number];
  /** Left to right. */
  flip?: boolean;
  /** From 0 to 1; 0.5 leaves the light as it is (fastai's `change`). */
  brightness?: number;
  /** Factor of the logit (fastai's `scale`). */
  contrast?: number;
}

type Matrix = readonly (readonly number[])[];

const multiply = (left: Matrix, right: Matrix): Matrix =>
  left.map((row) => row.map((_, column) => row.reduce((sum, value, k) => sum + value * right[k]![column]!, 0)));

/**
 * A film's move as kernels/films.ts reads it, MOVE_FLOATS numbers, for films of `size` pixels a side. From the result back to the film:
 * flipped, warped, then by the product of the affine matrices, which is fastai v1's order (`TfmPixel`, `TfmCoord`, `TfmAffine`).
 */
export function composeMove(change: FilmChange, size: number): number[] {
  const { degrees = 0, zoom = { scale: 1, row: 0.5, column: 0.5 }, shift = [0, 0], warp = [0, 0, 0, 0] } = change;
  const { flip = false, brightness = 0.5, contrast = 1 } = change;
  const matrices = [rotate(degrees), zoomIn(zoom), move(shift), symmetricWarp(warp), mirror(flip)];
  const [[a, b, c], [d, e, f], [g, h]] = matrices.reduce(multiply) as [Row, Row, Row];
  // fastai's places run from -1 to 1, from the centre of the first pixel to that of the last.
  const half = (size - 1) / 2;
  const numbers = [a, b, c * half, g / half, d, e, f * half, h / half, logit(brightness), contrast];
  return [...numbers, ...Array<number>(MOVE_FLOATS - numbers.length).fill(0)];
}

type Row = [number, number, number];

const logit = (share: number) => Math.log(share / (1 - share));

function rotate(degrees: number): Matrix {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [
    [cos, -sin, 0],
    [sin, cos, 0],
    [0, 0, 1],
  ];
}

function zoomIn({ scale, row, column }: NonNullable<FilmChange["zoom"]>): Matrix {
  const room = 1 - 1 / scale;
  return [
    [1 / scale, 0, room * (2 * column - 1)],
    [0, 1 / scale, room * (2 * row - 1)],
    [0, 0, 1],
  ];
}

const move = ([right, down]: readonly [number, number]): Matrix => [
  [1, 0, -2 * right],
  [0, 1, -2 * down],
  [0, 0, 1],
];

const mirror = (flip: boolean): Matrix => [
  [flip ? -1 : 1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** The projection that takes the film's four corners, drawn out by `m`, to where they were (fastai's `_find_coeffs`). */
function symmetricWarp(m: readonly [number, number, number, number]): Matrix {
  const pairs = [
    { from: [-1 - m[3], -1 - m[1]], to: [-1, -1] },
    { from: [-1 - m[2], 1 + m[1]], to: [-1, 1] },
    { from: [1 + m[3], -1 - m[0]], to: [1, -1] },
    { from: [1 + m[2], 1 + m[0]], to: [1, 1] },
  ] as const;
  const rows = pairs.flatMap(({ from: [x, y], to: [u, v] }) => [
    [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
    [0, 0, 0, x, y, 1, -v * x, -v * y, v],
  ]);
  const [a, b, c, d, e, f, g, h] = solve(rows) as [...Row, ...Row, number, number];
  return [
    [a, b, c],
    [d, e, f],
    [g, h, 1],
  ];
}

/** Gauss and Jordan's elimination with the largest pivot of each column; the last number of a row is its right side. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column; row < size; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      rows[row] = rows[row]!.map((value, at) => value - factor * rows[column]![at]!);
    }
  }
  return rows.map((row, at) => row[size]! / row[at]!);
}
