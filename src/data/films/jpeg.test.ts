import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Unreadable } from "./film";
import golden from "./golden/jpeg.json";
import { decodeJpeg, decodeJpegResized } from "./jpeg";
import { resizeGrey } from "./resize";

const fileOf = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));
const named = (name: string) => {
  const found = golden.cases.find((made) => made.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return fileOf(found.base64);
};
const BASELINE = named("17 x 33 at quality 75");
const PROGRESSIVE = named("17 x 33 at quality 75, progressive");

/** Offset of the first `ff <marker>`. */
const find = (file: Uint8Array, marker: number) => file.findIndex((byte, i) => byte === 0xff && file[i + 1] === marker);

function withBytes(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const changed = file.slice();
  changed.set(bytes, at);
  return changed;
}

test.each(golden.cases)("$name: Pillow's levels to the bit", ({ width, height, sha256, base64 }) => {
  const film = decodeJpeg(fileOf(base64));
  expect(film).toMatchObject({ width, height });
  expect(
    createHash("sha256")
      .update(film?.data ?? new Uint8Array())
      .digest("hex"),
  ).toBe(sha256);
});

test.each(golden.cases)("$name: resized without a copy as with one", ({ base64 }) => {
  const file = fileOf(base64);
  const out = new Uint8Array(20 * 12);
  expect(decodeJpegResized(file, 20, 12, out)).toBe(true);
  const film = decodeJpeg(file);
  expect(film && resizeGrey(film, 20, 12)).toEqual(out);
});

test.each([
  ["baseline", BASELINE],
  ["progressive", PROGRESSIVE],
])("a %s file cut anywhere is refused", (_, file) => {
  for (let length = 2; length < file.length; length++) {
    expect(() => decodeJpeg(file.subarray(0, length)), `${length} bytes`).toThrow(Unreadable);
  }
});

test("what follows a file's end does no harm", () => {
  const longer = new Uint8Array(BASELINE.length + 100).fill(0xff);
  longer.set(BASELINE);
  expect(decodeJpeg(longer)).toEqual(decodeJpeg(BASELINE));
});

test.each([
  ["no JPEG", Uint8Array.of(0x89, 0x50)],
  ["nothing", new Uint8Array(0)],
  ["12 bits a sample", withBytes(BASELINE, find(BASELINE, 0xc0) + 4, 12)],
  ["four components", withBytes(BASELINE, find(BASELINE, 0xc0) + 9, 4)],
  ["arithmetic coding", withBytes(BASELINE, find(BASELINE, 0xc0) + 1, 0xc9)],
  ["lossless", withBytes(BASELINE, find(BASELINE, 0xc0) + 1, 0xc3)],
  ["height given later", withBytes(BASELINE, find(BASELINE, 0xc0) + 5, 0, 0)],
  ["65,535 x 65,535 pixels", withBytes(BASELINE, find(BASELINE, 0xc0) + 5, 255, 255, 255, 255)],
])("%s is left to a general decoder", (_, file) => expect(decodeJpeg(file)).toBeNull());

test("a file that claims more lines than it has is refused", () => {
  const taller = withBytes(BASELINE, find(BASELINE, 0xc0) + 5, 1, 0);
  expect(() => decodeJpeg(taller)).toThrow(new Unreadable("The JPEG file is damaged"));
});

test("a progressive file without its last scans is not taken for whole", () => {
  const lastScan = PROGRESSIVE.findLastIndex((byte, i) => byte === 0xff && PROGRESSIVE[i + 1] === 0xda);
  const shorter = new Uint8Array([...PROGRESSIVE.subarray(0, lastScan), 0xff, 0xd9]);
  expect(decodeJpeg(shorter)).toBeNull();
});

test("mutated files are decoded, refused or left, and the decoder goes on after each", () => {
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
  const expected = decodeJpeg(BASELINE);
  fc.assert(
    fc.property(fc.constantFrom(...golden.cases), mutations, ({ base64 }, changes) => {
      const file = fileOf(base64);
      for (const [at, byte] of changes) file[at % file.length] = byte;
      try {
        const film = decodeJpeg(file);
        if (film) expect(film.data.length).toBe(film.width * film.height);
      } catch (error) {
        expect(error).toBeInstanceOf(Unreadable);
      }
    }),
    { numRuns: 3000 },
  );
  expect(decodeJpeg(BASELINE)).toEqual(expected);
});
