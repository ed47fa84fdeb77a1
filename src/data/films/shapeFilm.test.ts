import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, type PreparationSettings, preparationOf } from "../../protocol/settings";
import { equalise } from "./clahe";
import type { DecodedFilm } from "./film";
import { resizeGrey } from "./resize";
import { shapeFilm } from "./shapeFilm";

const shape = (film: DecodedFilm, change: Partial<PreparationSettings> = {}) =>
  shapeFilm(film, { ...preparationOf(DEFAULT_SETTINGS), imageSize: 32, ...change });

/** An exposed part with texture, inside a black border as wide as given. */
function makeFilm(width: number, height: number, border = 0): DecodedFilm {
  const data = new Uint8Array(width * height);
  for (let y = border; y < height - border; y++)
    for (let x = border; x < width - border; x++) data[y * width + x] = 60 + ((x * 31 + y * 17) % 120);
  return { width, height, data, grading: null, facts: null };
}

test("by itself a film is stretched to the square", () => {
  const film = makeFilm(390, 320);
  expect(shape(film)).toEqual({ pixels: resizeGrey({ ...film, data: film.data as Uint8Array }, 32, 32), grading: "bytes" });
});

test.each([
  [64, 32],
  [32, 64],
  [390, 320],
])("in a letterbox %i x %i keeps its proportions, black beside", (width, height) => {
  const { pixels } = shape(makeFilm(width, height), { fit: "letterbox" });
  const isBlack = (line: number, across: boolean) =>
    Array.from({ length: 32 }, (_, i) => pixels[across ? line * 32 + i : i * 32 + line]).every((value) => value === 0);
  const lines = Array.from({ length: 32 }, (_, line) => line);
  const scale = 32 / Math.max(width, height);
  expect(lines.filter((line) => !isBlack(line, true)).length).toBe(Math.round(height * scale));
  expect(lines.filter((line) => !isBlack(line, false)).length).toBe(Math.round(width * scale));
});

test.each([
  [64, 33, 16, 0],
  [33, 64, 0, 16],
  [40, 40, 0, 0],
])("of %i x %i the square in the middle is kept", (width, height, left, top) => {
  const film = makeFilm(width, height);
  const side = Math.min(width, height);
  const data = Uint8Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    return film.data[(top + y) * width + left + x]!;
  });
  expect(shape(film, { fit: "crop" }).pixels).toEqual(shape({ ...film, width: side, height: side, data } as DecodedFilm).pixels);
});

test("borders are cut off where that is asked for", () => {
  const film = makeFilm(512, 512, 64);
  expect(shape(film).pixels[0]).toBe(0);
  const { pixels } = shape(film, { cropBorders: true });
  expect(pixels.every((value) => value > 0)).toBe(true);
});

test("contrast is equalised at the size that the network sees", () => {
  const film = makeFilm(100, 100);
  const { pixels } = shape(film);
  expect(shape(film, { equalise: true }).pixels).toEqual(equalise({ width: 32, height: 32, data: pixels }).data);
});

test("a window gives way to percentiles where they are chosen, and what was taken is told", () => {
  const data = Uint16Array.from({ length: 64 * 64 }, (_, i) => i);
  const window = { kind: "linear", from: "window", low: 0, high: 100, invert: false } as const;
  const film: DecodedFilm = { width: 64, height: 64, data, grading: window, facts: null };
  const byWindow = shape(film);
  expect(byWindow.grading).toBe("window");
  expect(byWindow.pixels.filter((value) => value < 255).length).toBeLessThan(64);
  const byPercentiles = shape(film, { grading: "percentiles" });
  expect(byPercentiles.grading).toBe("percentiles");
  expect(byPercentiles.pixels.filter((value) => value < 255).length).toBeGreaterThan(900);
});
