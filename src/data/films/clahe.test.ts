import { expect, test } from "vitest";
import { equalise } from "./clahe";
import golden from "./golden/clahe.json";

const readBytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

test.each(golden.cases)("as OpenCV's, $width x $height", ({ width, height, film, equalised }) => {
  const made = equalise({ width, height, data: readBytes(film) });
  expect(Buffer.from(made.data).equals(Buffer.from(readBytes(equalised)))).toBe(true);
});

test("an image smaller than its tiles is equalised too", () => {
  const data = Uint8Array.from({ length: 9 }, (_, i) => i * 20);
  expect(equalise({ width: 3, height: 3, data }).data.length).toBe(9);
});
