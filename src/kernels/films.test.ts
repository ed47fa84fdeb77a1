// Films from bytes to the network's input against their definition in float64: where they lie, how they are moved and lit.
import { expect, it } from "vitest";
import { expectClose, hold, holdEmpty, openTestDevice, runDispatches } from "../../scripts/testKernels";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { spreadFilms } from "./films";

openTestDevice();

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** (a, b, c, gain), (d, e, f, offset) */
type Move = readonly [number, number, number, number, number, number, number, number];
const STILL: Move = [1, 0, 0, 1, 0, 1, 0, 0];

/** Films whose bytes need not fill whole words. */
function draw(films: number, size: number): Uint8Array {
  const random = createRandom(films, "drawn", size);
  return Uint8Array.from({ length: films * size * size }, () => random.int(256));
}

async function run(bytes: Uint8Array, size: number, moves: readonly Move[]): Promise<Float64Array> {
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  const values = moves.length * size * size;
  const out = holdEmpty("f32", values * 4);
  const [mean0 = 0, mean1 = 0, mean2 = 0] = MEAN;
  const [std0 = 0, std1 = 0, std2 = 0] = STD;
  const bindings = { films: hold("word", words), moves: hold("f32", moves.flat()), out };
  const uniforms = { values, size, mean0, mean1, mean2, std0, std1, std2 };
  return (await runDispatches([dispatch(spreadFilms, bindings, uniforms, { threads: values })], { out })).out;
}

/** Each pixel is the film's at its moved place: every pixel of the film weighs as it is near, up to a pixel away both ways. */
function spread(bytes: Uint8Array, size: number, moves: readonly Move[]): number[] {
  const centre = (size - 1) / 2;
  return moves.flatMap((move, film) =>
    Array.from({ length: size * size }, (_, pixel) => {
      const [a, b, c, gain, d, e, f, offset] = move.map(Math.fround) as unknown as Move;
      const [y, x] = [Math.floor(pixel / size) - centre, (pixel % size) - centre];
      const [toX, toY] = [a * x + b * y + c + centre, d * x + e * y + f + centre];
      let grey = 0;
      for (let iy = Math.max(0, Math.floor(toY)); iy < Math.min(size, toY + 1); iy++) {
        for (let ix = Math.max(0, Math.floor(toX)); ix < Math.min(size, toX + 1); ix++) {
          const weight = Math.max(0, 1 - Math.abs(toX - ix)) * Math.max(0, 1 - Math.abs(toY - iy));
          grey += weight * (bytes[(film * size + iy) * size + ix] ?? Number.NaN);
        }
      }
      const lit = Math.min(1, Math.max(0, (grey / 255) * gain + offset));
      return [...MEAN.map((mean, channel) => (lit - mean) / (STD[channel] ?? 1)), 0];
    }).flat(),
  );
}

it.each([
  [1, 1],
  [1, 5],
  [3, 5],
  [2, 37],
])("%i films of %i pixels a side, as they are", async (films, size) => {
  const bytes = draw(films, size);
  const moves = Array.from({ length: films }, () => STILL);
  const got = await run(bytes, size, moves);
  expectClose(got, spread(bytes, size, moves));
  // The film's own bytes, and nothing in the fourth channel.
  got.forEach((one, at) => {
    if (at % 4 === 0) expect((one * 0.229 + 0.485) * 255).toBeCloseTo(bytes[at / 4] ?? Number.NaN, 3);
    if (at % 4 === 3) expect(one).toBe(0);
  });
});

it.each<[string, Move]>([
  ["moved by whole pixels", [1, 0, 2, 1, 0, 1, -1, 0]],
  ["moved by parts of pixels", [1, 0, -0.25, 1, 0, 1, 0.75, 0]],
  ["turned", [Math.cos(0.2), -Math.sin(0.2), 0, 1, Math.sin(0.2), Math.cos(0.2), 0, 0]],
  ["mirrored, enlarged and sheared", [-0.8, 0.1, 0.5, 1, 0.05, 0.9, -1.5, 0]],
  ["beside the film: black", [1, 0, 99, 1, 0, 1, 0, 0]],
  ["lit brighter than white", [1, 0, 0, 1.7, 0, 1, 0, 0.1]],
  ["lit darker than black", [1, 0, 0, 0.8, 0, 1, 0, -0.3]],
])("%s", async (_, move) => {
  const size = 13;
  const bytes = draw(2, size);
  // The second film keeps its own move.
  const moves = [move, STILL];
  expectClose(await run(bytes, size, moves), spread(bytes, size, moves));
});

it("turns a film of the largest side as exactly", async () => {
  const size = 320;
  const bytes = draw(1, size);
  const moves: Move[] = [[0.97, -0.11, 3.3, 1, 0.12, 0.96, -7.7, 0]];
  expectClose(await run(bytes, size, moves), spread(bytes, size, moves));
});
