// Films that need no browser; e2e/formats.spec.ts has all of them in one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeFilm } from "./decodeFilm";
import golden from "./golden/formats.json";
import { shrinkFilm } from "./shrinkFilm";
import { furthestApart } from "./testSupport";

const FOLDER = join(import.meta.dirname, "golden/formats");
const read = (name: string) => Uint8Array.from(readFileSync(join(FOLDER, name)));
const [WIDTH = 0, HEIGHT = 0] = golden.madeSize;
const without = Object.entries(golden.made).filter(([name]) => !/\.(bmp|gif|webp|avif)$/.test(name));

test.each(without)("%s shows what Pillow shows, to a grey level", async (name, base64) => {
  const film = await decodeFilm(read(name), name);
  expect([film.width, film.height]).toEqual(golden.madeSize);
  expect(furthestApart(shrinkFilm(film, WIDTH, HEIGHT), base64)).toBeLessThanOrEqual(1);
});

test.each(Object.entries(golden.madeRefused))("%s is set aside, saying: %s", async (name, reason) => {
  await expect(decodeFilm(read(name), name)).rejects.toMatchObject({
    code: "filmUnreadable",
    at: name,
    message: expect.stringContaining(reason),
  });
});

test("a film decodes alike from the middle of a larger buffer", async () => {
  for (const name of ["interlaced16.png", "lzw16.tif"]) {
    const file = read(name);
    const larger = new Uint8Array(file.length + 37);
    larger.set(file, 19);
    expect(await decodeFilm(larger.subarray(19, 19 + file.length), name)).toEqual(await decodeFilm(file, name));
  }
});
