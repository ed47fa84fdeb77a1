import { expect, test } from "vitest";
import golden from "./golden/resize.json";
import { resizeGrey } from "./resize";
import { madeImage } from "./testSupport";

test.each(golden.cases)("$from to $to equals Pillow to the byte", ({ from, to, seed, base64 }) => {
  const [fromWidth = 0, fromHeight = 0] = from;
  const [width = 0, height = 0] = to;
  const resized = resizeGrey(madeImage(fromWidth, fromHeight, seed), width, height);
  expect(Buffer.from(resized).equals(Buffer.from(base64, "base64"))).toBe(true);
});

test("a constant image stays constant", () => {
  const white = { width: 390, height: 320, data: new Uint8Array(390 * 320).fill(255) };
  expect(resizeGrey(white, 37, 41).every((pixel) => pixel === 255)).toBe(true);
});

test("the input is never returned itself", () => {
  const image = madeImage(8, 8, 1);
  const resized = resizeGrey(image, 8, 8);
  expect(resized).toEqual(image.data);
  expect(resized.buffer).not.toBe(image.data.buffer);
});
