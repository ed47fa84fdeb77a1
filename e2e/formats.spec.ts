// Films of every format in the browser itself, against what Pillow and pydicom make of them; and DICOM in the lab, under its security policy.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type ServedModule, serveModule } from "../scripts/serveModule";
import dicomGolden from "../src/data/films/dicom/golden/dicom.json" with { type: "json" };
import golden from "../src/data/films/golden/formats.json" with { type: "json" };
import { furthestApart } from "../src/data/films/testSupport";

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
