import { expect, test } from "vitest";
import { decodeFilm } from "./decodeFilm";
import { turnUpright } from "./turnUpright";

/** 1 2 3 / 4 5 6 as it is stored under each orientation, from what the TIFF specification says of its rows and columns. */
const STORED: [orientation: number, width: number, data: number[]][] = [
  [1, 3, [1, 2, 3, 4, 5, 6]],
  [2, 3, [3, 2, 1, 6, 5, 4]],
  [3, 3, [6, 5, 4, 3, 2, 1]],
  [4, 3, [4, 5, 6, 1, 2, 3]],
  [5, 2, [1, 4, 2, 5, 3, 6]],
  [6, 2, [3, 6, 2, 5, 1, 4]],
  [7, 2, [6, 3, 5, 2, 4, 1]],
  [8, 2, [4, 1, 5, 2, 6, 3]],
];
const UPRIGHT = { width: 3, height: 2, data: [1, 2, 3, 4, 5, 6] };

test.each(STORED)("orientation %i is turned upright, of bytes and of wider samples", (orientation, width, data) => {
  for (const type of [Uint8Array, Uint16Array, Int16Array]) {
    const turned = turnUpright({ width, height: 6 / width, data: type.from(data) }, orientation);
    expect({ ...turned, data: [...turned.data] }).toEqual(UPRIGHT);
    expect(turned.data).toBeInstanceOf(type);
  }
});

/** A little-endian TIFF of one strip, 8 bits, not compressed. */
function makeTiff(width: number, data: number[], orientation: number): Uint8Array<ArrayBuffer> {
  const entries = [
    [256, width],
    [257, data.length / width],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [274, orientation],
    [277, 1],
    [278, data.length / width],
    [279, data.length],
  ] as const;
  const at = 8 + data.length + (data.length % 2);
  const bytes = new Uint8Array(at + 2 + 12 * entries.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, at, true);
  bytes.set(data, 8);
  view.setUint16(at, entries.length, true);
  for (const [i, [tag, value]] of entries.entries()) {
    const entry = at + 2 + 12 * i;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, 3, true);
    view.setUint32(entry + 4, 1, true);
    view.setUint16(entry + 8, value, true);
  }
  return bytes;
}

test.each(STORED)("a TIFF of orientation %i stands upright", async (orientation, width, data) => {
  const film = await decodeFilm(makeTiff(width, data, orientation), "a.tif");
  expect({ width: film.width, height: film.height, data: [...film.data] }).toEqual(UPRIGHT);
});
