// Pictures of every step in both themes, for the README and for looking at: `node scripts/run.mjs scripts/screenshots.ts [DIR]`.
// With ROENTGEN_FILMS set to a folder of films they are of those, else of the drawn films.
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { driveLab, goToStep } from "./driveLab";
import { openLab } from "./openLab";

const out = resolve(process.argv[2] ?? "docs");
mkdirSync(out, { recursive: true });

const STEPS: [title: string, file: string][] = [
  ["Dataset", "dataset"],
  ["Balance", "balance"],
  ["LR Find", "finder"],
  ["Train", "train"],
  ["Evaluate", "evaluate"],
  ["Trials", "trials"],
];

const lab = await openLab();
const { page } = lab;

async function shoot(name: string): Promise<void> {
  // Films come into the wall one by one.
  await page.waitForTimeout(1500);
  for (const scheme of ["dark", "light"]) {
    await page.evaluate((value) => document.documentElement.setAttribute("data-mantine-color-scheme", value), scheme);
    await page.waitForTimeout(200);
    await page.screenshot({ path: join(out, `${name}-${scheme}.png`) });
  }
  await page.evaluate(() => document.documentElement.setAttribute("data-mantine-color-scheme", "dark"));
}

await shoot("empty");
await driveLab(lab, {
  data: process.env.ROENTGEN_FILMS && resolve(process.env.ROENTGEN_FILMS),
  target: process.env.ROENTGEN_FILMS ? "AP/PA" : "Cardiomegaly",
  positive: ["AP"],
  arch: "densenet-mini",
  size: 32,
  batch: 16,
  epochs: 4,
  maxLr: "auto",
  balance: "undersample",
  seed: 0,
  out: mkdtempSync(join(tmpdir(), "screenshots-")),
});
for (const [title, file] of STEPS) {
  await goToStep(page, title);
  await shoot(file);
}
for (const [width, name] of [
  [390, "phone"],
  [860, "narrow"],
] as const) {
  await page.setViewportSize({ width, height: 844 });
  await goToStep(page, "Train");
  await shoot(name);
}
await lab.close();
process.exit(0);
