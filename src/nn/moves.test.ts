import { describe, expect, it } from "vitest";
import { STILL } from "../kernels/films";
import golden from "./golden/moves.json";
import { moveFilm } from "./moveFilms";
import { composeMove, type FilmChange } from "./moves";

const film = Uint8Array.from(golden.film);

describe("against fastai v1 on torch's grid_sample", () => {
  it.each(golden.cases)("$name", ({ change, picture }) => {
    const got = moveFilm(film, golden.size, composeMove(change as FilmChange, golden.size));
    // Pixels are kept as floats.
    got.forEach((grey, pixel) => {
      expect(Math.abs(grey - picture[pixel]!)).toBeLessThan(2e-7);
    });
    expect(Math.max(...got.map((grey, pixel) => Math.abs(grey - film[pixel]! / 255)))).toBeGreaterThan(0.01);
  });
});

it("leaves a film alone to the bit where nothing is changed", () => {
  expect(composeMove({}, 9).map((value) => value + 0)).toEqual(STILL);
  expect([...moveFilm(film, golden.size, composeMove({}, golden.size))]).toEqual(
    Array.from(film, (byte) => Math.fround(byte / 255)),
  );
});

it("is the same picture at any size: the corners go where they went", () => {
  const change: FilmChange = { degrees: 8, warp: [0.1, -0.2, 0.05, 0], zoom: { scale: 1.1, row: 0, column: 1 } };
  const cornerAt = (size: number) => {
    const [a, b, c, g, d, e, f, h] = composeMove(change, size) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const half = (size - 1) / 2;
    const w = g * half + h * half + 1;
    return [(a * half + b * half + c) / w / half, (d * half + e * half + f) / w / half];
  };
  cornerAt(64).forEach((place, axis) => {
    expect(place).toBeCloseTo(cornerAt(320)[axis]!, 12);
  });
});
