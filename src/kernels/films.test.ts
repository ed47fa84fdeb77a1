// Films from bytes to the network's input against their readable definition: where they lie, how they are moved, lit and blended. What that
// definition is held to stands in nn/moves.test.ts.
import { expect, it } from "vitest";
import { expectClose, hold, holdEmpty, openTestDevice, runDispatches } from "../check/reference/testKernels";
import { moveFilm } from "../nn/moveFilms";
import { createRandom } from "../nn/random";
import { dispatch } from "./dispatches";
import { blendFilms, MOVE_FLOATS, STILL, spreadFilms } from "./films";

openTestDevice();

const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** a, b, c, d, e, f of the affine part; the rest where it is named. */
function makeMove(affine: readonly number[], { tilt = [0, 0], light = [0, 1] } = {}): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = affine;
  const [g = 0, h = 0] = tilt;
  return [a, b, c, g, d, e, f, h, ...light, 0, 0].map(Math.fround);
}
const UPRIGHT = [1, 0, 0, 0, 1, 0];

/** Films whose bytes need not fill whole words. */
function draw(films: number, size: number, seed = films): Uint8Array {
  const random = createRandom(seed, "drawn", size);
  return Uint8Array.from({ length: films * size * size }, () => random.int(256));
}

function toWords(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

interface Partners {
  bytes: Uint8Array;
  moves: readonly (readonly number[])[];
  shares: readonly number[];
}

async function run(
  bytes: Uint8Array,
  size: number,
  moves: readonly (readonly number[])[],
  partners?: Partners,
): Promise<Float64Array> {
  const values = moves.length * size * size;
  const out = holdEmpty("f32", values * 4);
  const [mean0 = 0, mean1 = 0, mean2 = 0] = MEAN;
  const [std0 = 0, std1 = 0, std2 = 0] = STD;
  const uniforms = { values, size, mean0, mean1, mean2, std0, std1, std2 };
  const own = { films: hold("word", toWords(bytes)), moves: hold("f32", moves.flat()), out };
  const dispatches = [dispatch(spreadFilms, own, uniforms, { threads: values })];
  if (partners) {
    const bindings = {
      films: hold("word", toWords(partners.bytes)),
      moves: hold("f32", partners.moves.flat()),
      shares: hold("scalar", partners.shares),
      out,
    };
    dispatches.push(dispatch(blendFilms, bindings, uniforms, { threads: values }));
  }
  return (await runDispatches(dispatches, { out })).out;
}

function moveAll(bytes: Uint8Array, size: number, moves: readonly (readonly number[])[]): number[] {
  const pixels = size * size;
  return moves.flatMap((move, film) => [...moveFilm(bytes.subarray(film * pixels, (film + 1) * pixels), size, move)]);
}

const normalise = (greys: readonly number[]) =>
  greys.flatMap((grey) => [...MEAN.map((mean, channel) => (grey - mean) / (STD[channel] ?? 1)), 0]);

it.each([
  [1, 1],
  [1, 5],
  [3, 5],
  [2, 37],
])("%i films of %i pixels a side, as they are", async (films, size) => {
  const bytes = draw(films, size);
  const moves = Array.from({ length: films }, () => STILL);
  const got = await run(bytes, size, moves);
  expectClose(got, normalise(Array.from(bytes, (byte) => byte / 255)));
  // The film's own bytes, and nothing in the fourth channel.
  got.forEach((one, at) => {
    if (at % 4 === 0) expect((one * 0.229 + 0.485) * 255).toBeCloseTo(bytes[at / 4] ?? Number.NaN, 3);
    if (at % 4 === 3) expect(one).toBe(0);
  });
});

it.each<[string, number[]]>([
  ["moved by whole pixels", makeMove([1, 0, 2, 0, 1, -1])],
  ["moved by parts of pixels", makeMove([1, 0, -0.25, 0, 1, 0.75])],
  ["turned", makeMove([Math.cos(0.2), -Math.sin(0.2), 0, Math.sin(0.2), Math.cos(0.2), 0])],
  ["mirrored, enlarged and sheared", makeMove([-0.8, 0.1, 0.5, 0.05, 0.9, -1.5])],
  ["warped", makeMove([0.95, 0.02, 0.3, 0.01, 1.04, -0.2], { tilt: [0.02, -0.03] })],
  ["far beside the film, reflected again and again", makeMove([1, 0, 99, 0, 1, -1234.5])],
  ["brighter", makeMove(UPRIGHT, { light: [0.4, 1] })],
  ["with more contrast", makeMove(UPRIGHT, { light: [0, 1.25] })],
  ["turned, warped, darker and flatter", makeMove([0.99, -0.1, 1, 0.1, 0.99, -2], { tilt: [-0.01, 0.02], light: [-0.4, 0.8] })],
])("%s", async (_, move) => {
  const size = 13;
  const bytes = draw(2, size);
  // Black and white have no logit.
  bytes.set([0, 255], 5);
  // The second film keeps its own move.
  const moves = [move, STILL];
  const got = await run(bytes, size, moves);
  expectClose(got, normalise(moveAll(bytes, size, moves)));
  expect([...got].slice(size * size * 4)).toEqual([...(await run(bytes.subarray(size * size), size, [STILL]))]);
});

it("turns and warps a film of the largest side as exactly", async () => {
  const size = 320;
  const bytes = draw(1, size);
  const moves = [makeMove([0.97, -0.11, 3.3, 0.12, 0.96, -7.7], { tilt: [4e-4, -6e-4], light: [0.3, 0.9] })];
  expectClose(await run(bytes, size, moves), normalise(moveAll(bytes, size, moves)));
});

it("blends each film with its partner, moved by the partner's move, in its own share", async () => {
  const size = 9;
  const bytes = draw(3, size, 1);
  const moves = [makeMove([1, 0.1, 0, -0.1, 1, 0]), STILL, makeMove(UPRIGHT, { light: [0.2, 1] })];
  const partners = { bytes: draw(3, size, 2), moves: [STILL, makeMove([1, 0, 3, 0, 1, 0]), STILL], shares: [0.5, 0.75, 1] };
  const theirs = moveAll(partners.bytes, size, partners.moves);
  const want = moveAll(bytes, size, moves).map((grey, pixel) => {
    const share = partners.shares[Math.floor(pixel / (size * size))] ?? Number.NaN;
    return share * grey + (1 - share) * (theirs[pixel] ?? Number.NaN);
  });
  const got = await run(bytes, size, moves, partners);
  expectClose(got, normalise(want));
  // All of itself: to the bit what it is without a partner.
  const last = 2 * size * size * 4;
  expect([...got].slice(last)).toEqual([...(await run(bytes, size, moves))].slice(last));
  expect(moves.flat()).toHaveLength(3 * MOVE_FLOATS);
});
