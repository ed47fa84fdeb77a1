// The inverse cosine transform of a JPEG's 8 x 8 blocks (ITU-T T.81, A.3.3), row by row and then column by column.

/** [x, u]: C(u) / 2 cos((2x + 1) u pi / 16). */
const BASIS = Float32Array.from({ length: 64 }, (_, at) => {
  const [x, u] = [at >> 3, at & 7];
  return ((u === 0 ? Math.SQRT1_2 : 1) / 2) * Math.cos(((2 * x + 1) * u * Math.PI) / 16);
});

const rows = new Float32Array(64);

/** In place, [8, 8]. */
export function inverseDct(block: Float32Array): void {
  for (let y = 0; y < 8; y++) transform(block, y * 8, 1, rows, y * 8);
  for (let x = 0; x < 8; x++) transform(rows, x, 8, block, x);
}

function transform(from: Float32Array, start: number, stride: number, to: Float32Array, target: number): void {
  for (let x = 0; x < 8; x++) {
    let sum = 0;
    for (let u = 0; u < 8; u++) sum += from[start + u * stride]! * BASIS[x * 8 + u]!;
    to[target + x * stride] = sum;
  }
}
