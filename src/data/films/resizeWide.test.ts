import { expect, test } from "vitest";
import golden from "./golden/resize.json";
import { resizeFloat } from "./resizeWide";
import { madeImage } from "./testSupport";

test.each(golden.wide)("$from to $to equals Pillow's floats", ({ from, to, seed, base64 }) => {
  const [fromWidth = 0, fromHeight = 0] = from;
  const [width = 0, height = 0] = to;
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  expect(resizeFloat(madeImage(fromWidth, fromHeight, seed), width, height)).toEqual(new Float32Array(bytes.buffer));
});

test("signed samples keep their sign", () => {
  const image = { width: 2, height: 2, data: Int16Array.of(-1000, -1000, -3000, -3000) };
  expect([...resizeFloat(image, 1, 1)]).toEqual([-2000]);
});
