// Films of every format in the browser itself, against what Pillow and pydicom make of them; and DICOM in the lab, under its security policy.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { type ServedModule, serveModule } from "../scripts/serveModule";
import dicomGolden from "../src/data/films/dicom/golden/dicom.json" with { type: "json" };
import golden from "../src/data/films/golden/formats.json" with { type: "json" };
import { furthestApart } from "../src/data/films/testSupport";
import { dropFolder, expect, fill, goToStep, prepareDrawnFilms, test, waitForEvents } from "./support";

const REAL = resolve("../shared/data/formats");
const MADE = resolve("src/data/films/golden/formats");
const DICOM = resolve("src/data/films/dicom/golden");

let served: ServedModule;
test.beforeAll(async () => {
  served = await serveModule("e2e/decodeFormats.ts");
});
test.afterAll(() => served.close());

async function decodeAt(page: Page, path: string, size: number[]) {
  const file = readFileSync(path).toString("base64");
  return page.evaluate(
    async ([module, name, base64, at]) => {
      const { decodeAt } = (await import(module)) as typeof import("./decodeFormats");
      return decodeAt(name, base64, at);
    },
    [served.module, path, file, size] as const,
  );
}

/** Every film's distance from its golden, and every refusal's words, so that a failure shows them all. */
async function compare(
  page: Page,
  folder: string,
  films: Record<string, string>,
  refused: Record<string, string>,
  size: number[],
) {
  await page.goto(served.url);
  const faults: Record<string, unknown> = {};
  for (const [name, base64] of Object.entries(films)) {
    const seen = await decodeAt(page, join(folder, name), size);
    const apart = "bytes" in seen ? furthestApart(Uint8Array.from(seen.bytes ?? []), base64) : seen.refused;
    if (!(typeof apart === "number" && apart <= 1)) faults[name] = apart;
  }
  for (const [name, reason] of Object.entries(refused)) {
    const seen = await decodeAt(page, join(folder, name), size);
    const said = "refused" in seen ? (seen.refused ?? "") : "nothing";
    if (!said.includes(reason)) faults[name] = said;
  }
  expect(faults).toEqual({});
}

test("made films of every format show what Pillow shows, to a grey level", async ({ page }) => {
  await compare(page, MADE, golden.made, golden.madeRefused, golden.madeSize);
});

test("made DICOM films of every transfer syntax show what pydicom shows, to a grey level", async ({ page }) => {
  const files = (films: Record<string, string>) =>
    Object.fromEntries(Object.entries(films).map(([name, value]) => [`${name}.dcm`, value]));
  await compare(page, DICOM, files(dicomGolden.films), files(dicomGolden.refused), [dicomGolden.width, dicomGolden.height]);
});

test("real films show what Pillow and pydicom show, to a grey level; broken ones say why", async ({ page }) => {
  test.skip(!existsSync(REAL), "the real films (../shared/data/formats) are not on this machine");
  await compare(page, REAL, golden.real, golden.realRefused, golden.realSize);
});

test("DICOM films of a dropped folder are prepared; other films fetch no codec", async ({ lab, context }, info) => {
  const codecs: string[] = [];
  context.on("request", (request) => {
    if (/wasm|dicom|tiff/.test(request.url())) codecs.push(request.url());
  });
  await prepareDrawnFilms(lab, 32);
  expect(codecs).toEqual([]);

  const folder = info.outputPath("export");
  mkdirSync(folder, { recursive: true });
  // One of each codec, and one that is no chest film.
  const films = ["explicit", "deflated", "jpeg", "jpegExtended12", "jpegLossless16", "jpegLs12", "jpeg2000", "rle16", "hand"];
  for (const name of films) copyFileSync(join(DICOM, `${name}.dcm`), join(folder, `${name}.dcm`));
  const rows = films.map((name, at) => `${name}.dcm,patient${at},${at % 2}.0`);
  writeFileSync(join(folder, "labels.csv"), ["Path,Patient,Cardiomegaly", ...rows, ""].join("\n"));
  await lab.reload();
  await dropFolder(lab, folder);
  await waitForEvents(lab, "indexed");
  await fill(lab, "Image size", 32);
  // Every film is used.
  await lab.getByLabel("Validation share", { exact: true }).selectOption("0.3");
  await goToStep(lab, "Balance");
  await lab.getByLabel("Balance", { exact: true }).selectOption("weight");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const [prepared] = await waitForEvents(lab, "prepared");
  expect(prepared?.failed).toEqual([{ path: "hand.dcm", reason: expect.stringContaining("HAND") }]);
  expect(codecs.filter((url) => url.endsWith(".wasm")).length).toBeGreaterThanOrEqual(3);
});
