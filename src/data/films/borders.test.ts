import { expect, test } from "vitest";
import { findExposed } from "./borders";

/** Noise of an exposed film inside a black border, as wide on each side as given. */
function drawBordered(width: number, height: number, [left, top, right, bottom]: [number, number, number, number]) {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const exposed = x >= left && x < width - right && y >= top && y < height - bottom;
      data[y * width + x] = exposed ? 60 + ((x * 31 + y * 17) % 120) : (x * 7 + y) % 12;
    }
  }
  return { width, height, data };
}

test("a border on every side, as wide as it is", () => {
  expect(findExposed(drawBordered(80, 60, [5, 3, 9, 12]))).toEqual({ left: 5, top: 3, width: 66, height: 45 });
});

test("no border, nothing cut", () => {
  expect(findExposed(drawBordered(80, 60, [0, 0, 0, 0]))).toEqual({ left: 0, top: 0, width: 80, height: 60 });
});

test("a marker in the border is no film", () => {
  const film = drawBordered(100, 100, [0, 20, 0, 0]);
  for (let y = 8; y < 12; y++) film.data.fill(255, y * 100 + 3, y * 100 + 8);
  expect(findExposed(film)).toMatchObject({ top: 20, height: 80 });
});

test("a film that is dark almost everywhere is left as it is", () => {
  expect(findExposed(drawBordered(80, 60, [30, 25, 30, 25]))).toEqual({ left: 0, top: 0, width: 80, height: 60 });
  expect(findExposed({ width: 4, height: 4, data: new Uint8Array(16) })).toEqual({ left: 0, top: 0, width: 4, height: 4 });
});
