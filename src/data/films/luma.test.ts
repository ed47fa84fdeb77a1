import { expect, test } from "vitest";
import { toGrey } from "./luma";

test("luma as Pillow's convert('L') gives it, alpha passed over", () => {
  const data = Uint8ClampedArray.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 9, 10, 20, 30, 255, 77, 77, 77, 0);
  expect([...toGrey(data, 4)]).toEqual([76, 150, 29, 18, 77]);
});

test("16 bits keep their width, up to white", () => {
  expect([...toGrey(Uint16Array.of(65535, 65535, 65535, 1000, 1000, 1000), 3)]).toEqual([65535, 1000]);
});

test("grey with alpha is its grey", () => expect([...toGrey(Uint8Array.of(1, 255, 2, 0), 2)]).toEqual([1, 2]));
