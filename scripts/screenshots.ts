// Pictures of every step and of the states between, in both themes: `node scripts/run.mjs scripts/screenshots.ts [DIR] [--all]`. Without --all
// those of the README only. With ROENTGEN_FILMS set to a folder of films they are of those, else of the drawn films.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DOCS_PICTURES, SCHEMES } from "./docsPictures";
import { driveLab, dropFolder, goToStep } from "./driveLab";
import { openLab } from "./openLab";
import { fill } from "./settingFlags";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: "boolean", default: false } },
});
const out = resolve(positionals[0] ?? "docs");
mkdirSync(out, { recursive: true });

const STEPS: [title: string, file: string][] = [
  ["Dataset", "dataset"],
  ["Balance", "balance"],
  ["LR Find", "finder"],
  ["Train", "trained"],
  ["Evaluate", "evaluate"],
  ["Trials", "trials"],
];
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const TABLET = { width: 768, height: 1024 };
/** Of the run that is looked at under way, once so many of them are done. */
const RUN_EPOCHS = 12;
const EPOCHS_SEEN = 5;

const films = process.env.ROENTGEN_FILMS && resolve(process.env.ROENTGEN_FILMS);
const lab = await openLab();
const { page } = lab;
const main = page.getByRole("main");
const button = (name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });

/** What is seen, in both themes; nothing where only the docs' pictures are wanted and this is none. */
async function shoot(name: string): Promise<void> {
  if (!flags.all && !DOCS_PICTURES.includes(name)) return;
  await page.mouse.move(0, 0);
  // Films come into the wall one by one.
  await page.waitForTimeout(1200);
  for (const scheme of SCHEMES) {
    await page.evaluate((value) => document.documentElement.setAttribute("data-mantine-color-scheme", value), scheme);
    await page.waitForTimeout(200);
    await page.screenshot({ path: join(out, `${name}-${scheme}.png`) });
  }
}

/** All of a page that is longer than the window: the window grows to it. */
async function shootWhole(name: string, size = WIDE): Promise<void> {
  await page.setViewportSize(size);
  const hidden = await main.evaluate((box) => box.scrollHeight - box.clientHeight);
  await page.setViewportSize({ ...size, height: size.height + hidden });
  await shoot(name);
  await page.setViewportSize(size);
}

/** All of every step. */
async function shootSteps(name: string, size: typeof WIDE): Promise<void> {
  for (const [title, file] of STEPS) {
    await goToStep(page, title);
    await shootWhole(`${file}${name}`, size);
  }
  await page.setViewportSize(WIDE);
}

/** Before there are films: nothing, and a folder that cannot be opened. */
async function shootBeginnings(): Promise<void> {
  await shoot("empty");
  for (const [title, file] of STEPS.slice(1)) {
    await goToStep(page, title);
    await shoot(`${file}-empty`);
  }
  await goToStep(page, "Dataset");
  const folder = mkdtempSync(join(tmpdir(), "films-"));
  writeFileSync(join(folder, "labels.csv"), "Kennung,Wert\nx,1\ny,0\n");
  await dropFolder(page, folder);
  await lab.waitFor("indexed").catch(() => {});
  await page.getByLabel("Column that names the films").waitFor();
  await shoot("error");
  await page.setViewportSize(PHONE);
  await shoot("error-phone");
  await page.setViewportSize(WIDE);
}

/** A film of the evaluation with its map. */
async function shootFilm(): Promise<void> {
  await goToStep(page, "Evaluate");
  // The network has most to show of those.
  await page.getByLabel("Show", { exact: true }).selectOption("positive");
  await button("most certain").click();
  await page.getByRole("listbox", { name: "Validation films" }).press("ArrowDown");
  const film = page.getByRole("img", { name: /^.+, probability \d\.\d+; the/ });
  await film.evaluate((picture) => picture.scrollIntoView({ block: "center" }));
  await shoot("films");
}

/** A second trial, which is stopped once it was looked at. */
async function shootRun(): Promise<void> {
  await goToStep(page, "Train");
  await fill(page, "Epochs", RUN_EPOCHS);
  await fill(page, "Max LR", "5e-3");
  await button("Train").click();
  for (let epoch = 0; epoch < EPOCHS_SEEN; epoch++) await lab.waitFor("epochEnd");
  await shoot("train");
  for (const [size, name] of [
    [PHONE, "train-phone"],
    [TABLET, "train-tablet"],
  ] as const) {
    await page.setViewportSize(size);
    await shoot(name);
  }
  await page.setViewportSize(WIDE);
  await goToStep(page, "Evaluate");
  await shoot("evaluate-running");
  await goToStep(page, "Train");
  await button("Stop").click();
  await lab.waitFor("stopped");
  await shoot("stopped");
}

async function shootTrials(): Promise<void> {
  await goToStep(page, "Trials");
  await page.getByLabel("Tick all trials that are shown").click();
  await button("Compare").click();
  await page.getByRole("table", { name: /^AUROC of each trial/ }).waitFor();
  await shoot("compare");
  await shootWhole("compare-whole");
  await shootWhole("compare-phone", PHONE);
  await page.setViewportSize(WIDE);
  await button("Back to all trials").click();
  await button("Review").first().click();
  await page
    .getByRole("status", { name: "Lab status" })
    .getByText(/^The review of .* is ready/)
    .waitFor();
  await shoot("review");
  await shootWhole("review-whole");
  await shootWhole("review-phone", PHONE);
  await page.setViewportSize(WIDE);
  await button("Close review").click();
  await button("columns").click();
  await page.getByText("All settings").click();
  await button(/^Delete trial/).click();
  await button("Undo").waitFor();
  await shootWhole("trials-all");
}

if (flags.all) await shootBeginnings();
await page.reload();
await driveLab(lab, {
  data: films,
  target: films ? "AP/PA" : "Cardiomegaly",
  positive: ["AP"],
  arch: "densenet-mini",
  size: 64,
  batch: 64,
  epochs: 2,
  validation: films ? undefined : "20",
  maxLr: "auto",
  balance: "undersample",
  seed: 0,
  out: mkdtempSync(join(tmpdir(), "screenshots-")),
});
for (const [title, file] of STEPS) {
  await goToStep(page, title);
  await shoot(file);
}
await shootFilm();
if (flags.all) {
  for (const [size, name] of [
    [WIDE, "-whole"],
    [TABLET, "-tablet"],
    [PHONE, "-phone"],
  ] as const) {
    await shootSteps(name, size);
  }
}
await shootRun();
await shootTrials();
await lab.close();
process.exit(0);
