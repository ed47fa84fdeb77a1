import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { DEFAULT_SETTINGS, preparationOf } from "../../protocol/settings";
import { createFilmApi } from "./filmWorker";
import golden from "./golden/jpeg.json";
import { decodeJpeg } from "./jpeg";
import { resizeGrey } from "./resize";

const fileOf = (name: string) => {
  const found = golden.cases.find((made) => made.name === name);
  if (!found) throw new Error(`no case ${name}`);
  return new Uint8Array(Buffer.from(found.base64, "base64"));
};

test("each film of a batch has its pixels in its place and its file's hash, or the reason why not", async () => {
  const first = fileOf("40 x 24 at quality 75");
  const broken = first.subarray(0, 300);
  const last = fileOf("orientation 6");
  const files = [first, broken, last];
  const preparation = preparationOf({ ...DEFAULT_SETTINGS, imageSize: 16 });
  const batch = {
    paths: ["a.jpg", "b.jpg", "c.jpg"],
    bytes: new Uint8Array(Buffer.concat(files)),
    lengths: files.map(({ length }) => length),
  };
  const { outcomes, pixels } = await createFilmApi().prepareFilms(batch, preparation, new ArrayBuffer(4 * 256));
  const hash = (file: Uint8Array) => createHash("sha256").update(file).digest("hex");
  expect(outcomes).toEqual([
    { sha256: hash(first), grading: "bytes" },
    { reason: "The JPEG file is cut short." },
    { sha256: hash(last), grading: "bytes" },
  ]);
  for (const [place, file] of [
    [0, first],
    [2, last],
  ] as const) {
    const film = decodeJpeg(file);
    expect(new Uint8Array(pixels, place * 256, 256)).toEqual(film && resizeGrey(film, 16, 16));
  }
});
