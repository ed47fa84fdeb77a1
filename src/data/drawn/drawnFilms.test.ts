import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { DEFAULT_SETTINGS } from "../../protocol/settings";
import { indexFolder } from "../openDataset";
import { planSample } from "../sample";
import { createDrawnFolder, drawFilmFile, listDrawnFilms } from "./drawnFilms";

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

test("the lab reads drawn films as CheXpert's layout, and the defaults make a sample of them", async () => {
  const folder = createDrawnFolder({ name: "Drawn films", seed: 0, films: 400 });
  const index = await indexFolder(folder, [], {}, () => {});
  expect(index.summary).toMatchObject({
    films: 400,
    rows: 400,
    rowsWithoutFilm: 0,
    filmsWithoutRow: 0,
    hasViews: true,
    notes: [],
  });
  expect(index.summary.formatReason).toContain("14 of CheXpert's 14 findings");
  expect(index.summary.patients).toBeGreaterThan(120);
  const { summary } = planSample(index, DEFAULT_SETTINGS);
  expect(summary.problem).toBeNull();
  expect(summary.positive / 400).toBeGreaterThan(0.18);
  expect(summary.positive / 400).toBeLessThan(0.32);
  expect(summary.uncertainIgnored).toBeGreaterThan(0);
  expect(summary.negativeExplicit).toBeGreaterThan(0);
  expect(summary.negativeBlank).toBeGreaterThan(summary.negativeExplicit);
});

test("the ratio decides the label", () => {
  for (const { anatomy, cardiomegaly } of listDrawnFilms(3, 300)) {
    const ratio = anatomy.cardiothoracicRatio;
    if (cardiomegaly === "1.0") expect(ratio).toBeGreaterThan(0.54);
    else if (cardiomegaly === "-1.0") expect(Math.abs(ratio - 0.505)).toBeLessThan(0.02);
    else expect(ratio).toBeLessThan(0.47);
  }
});

test("the same seed draws the same films to the byte, another seed others, and fewer films are the first of more", async () => {
  const films = listDrawnFilms(1, 12);
  expect(listDrawnFilms(1, 40).slice(0, 12)).toEqual(films);
  const [first, second] = films;
  if (!first || !second) throw new Error("no films");
  expect(await bytesOf(drawFilmFile(1, 0, first))).toEqual(await bytesOf(drawFilmFile(1, 0, first)));
  expect(await bytesOf(drawFilmFile(1, 0, first))).not.toEqual(await bytesOf(drawFilmFile(1, 1, first)));
  expect(listDrawnFilms(2, 12)).not.toEqual(films);
});

test("drawn films stay the same bytes: figures that were measured on them are compared with", async () => {
  const hash = createHash("sha256");
  for (const [place, film] of listDrawnFilms(2019, 24).entries()) hash.update(await bytesOf(drawFilmFile(2019, place, film)));
  expect(hash.digest("hex")).toBe("ff15aa1a8cd6cd5751b5efd4200ae9863cc1067ab9de99bb612015206fbb0af8");
});

test("a film is a bitmap with light and dark in it, and a larger heart darkens less lung", async () => {
  const [film] = listDrawnFilms(0, 1);
  if (!film) throw new Error("no film");
  const bytes = await bytesOf(drawFilmFile(0, 0, film));
  const view = new DataView(bytes.buffer);
  expect([view.getUint16(0, true), view.getUint32(2, true), view.getUint16(28, true)]).toEqual([0x4d42, bytes.length, 8]);
  const mean = async (ratio: number) => {
    const drawn = await bytesOf(drawFilmFile(0, 0, { ...film, anatomy: { ...film.anatomy, cardiothoracicRatio: ratio } }));
    const pixels = drawn.subarray(new DataView(drawn.buffer).getUint32(10, true));
    expect(Math.max(...pixels) - Math.min(...pixels)).toBeGreaterThan(150);
    return pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
  };
  expect(await mean(0.65)).toBeGreaterThan((await mean(0.4)) + 2);
});
