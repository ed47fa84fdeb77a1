// What a person does in the page, from the folder to the files, for `npm run train` and the benchmarks. Has no training code of its own.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Locator, Page } from "@playwright/test";
import type { Again } from "../src/protocol/again";
import { type FinderSuggestions, RECOMMENDED } from "../src/protocol/finder";
import { type GpuCheckReport, standingOf } from "../src/protocol/gpuCheck";
import { demandFeature, type KernelFeature, listNeeded } from "../src/protocol/gpuFeatures";
import type { TargetScores, Trial } from "../src/protocol/training";
import type { LabEvent, OpenedLab } from "./openLab";
import { applySettingFlags, fill } from "./settingFlags";
import { lastTrialIn, numberTrialsAfter } from "./trialNumbers";

export interface DriveOptions {
  /** Folder of films; undefined for the drawn ones. */
  data?: string | undefined;
  csv?: string | undefined;
  target: string;
  /** Values that count as positive, for a target that is no finding; undefined leaves what the labels suggest. */
  positive?: string[] | undefined;
  /** Findings to learn beside it. */
  moreTargets?: string[] | undefined;
  /** Undefined leaves the page's choice, which a weights file makes. */
  arch?: string | undefined;
  size: number;
  batch: number;
  epochs: number;
  maxLr: "auto" | number;
  balance: string;
  /** "own", or a share in percent; undefined leaves the page's default. */
  validation?: string | undefined;
  seed: number;
  /** Flags of settingFlags.ts with their values; what is left out stays as the page has it. */
  settings?: readonly [flag: string, value: string][] | undefined;
  weights?: string | undefined;
  /** Views of each film at evaluation. */
  tta?: number | undefined;
  /** The bundle for PyTorch is taken too: with films from the folder, or with the prepared ones. */
  pytorch?: "folder" | "films" | undefined;
  out: string;
}

export interface Driven {
  trial: number;
  auroc: number | null;
  accuracy: number;
  validLoss: number;
  /** Of each target. */
  targets: TargetScores[];
  seconds: number;
  files: { weights: string; trial: string; predictions: string; pytorch?: string };
  /** Of a trial that was run again. */
  again?: Again;
}

/** Opens a step by its entry in the rail, e.g. "LR Find". */
export async function goToStep(page: Page, title: string): Promise<void> {
  await page
    .getByRole("navigation", { name: "Steps" })
    .getByRole("link")
    .filter({ has: page.getByText(title, { exact: true }) })
    .click();
}

/** Drops a folder of this machine, and files with it, on the page as a person would: the page gets a true directory handle. */
export async function dropFolder(page: Page, folder: string, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder, ...files], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 700, y: 450, data });
  }
  await session.detach();
}

/** Waits for the page to know its adapter, and accepts the software one where there is no other. */
export async function acceptAdapter(page: Page): Promise<void> {
  const software = page.getByRole("button", { name: "Use the slow software adapter" });
  const known = page.locator("[data-gpu]:not([data-gpu=asking])");
  await known.first().waitFor({ state: "attached" });
  if (await software.isVisible()) await software.click();
  await page.locator("[data-gpu=ready]").first().waitFor({ state: "attached" });
}

async function download(page: Page, button: string, out: string): Promise<string> {
  return save(page, page.getByRole("button", { name: button, exact: true }), out);
}

async function save(page: Page, button: Locator, out: string): Promise<string> {
  // However long it takes to be written.
  const [file] = await Promise.all([page.waitForEvent("download", { timeout: 0 }), button.click()]);
  const path = join(out, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** From the table of trials. @throws Error with the page's reason where it offers no such bundle */
export async function takeTorchBundle(page: Page, trialId: number, films: "folder" | "films", out: string): Promise<string> {
  const name =
    films === "films" ? new RegExp(`^PyTorch with films .* of trial ${trialId}$`) : `PyTorch bundle of trial ${trialId}`;
  const button = page.getByRole("button", { name, exact: true });
  if (await button.isDisabled()) throw new Error(`No bundle for PyTorch: ${await button.getAttribute("title")}.`);
  return save(page, button, out);
}

export async function choose(page: Page, label: string, file: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).setInputFiles({
    name: basename(file),
    mimeType: "application/octet-stream",
    buffer: readFileSync(file),
  });
}

/** To be done first: the adapter is accepted, and trials are numbered after those that `out` holds. */
export async function prepareLab(page: Page, { out }: Pick<DriveOptions, "out">): Promise<void> {
  await acceptAdapter(page);
  await numberTrialsAfter(page, lastTrialIn(out));
}

/** Opens the folder, or the drawn films where none is given. */
export async function openData(page: Page, { data, csv }: Pick<DriveOptions, "data" | "csv">): Promise<void> {
  if (data) await dropFolder(page, resolve(data), ...(csv ? [resolve(csv)] : []));
  else await page.getByRole("button", { name: "Try with drawn films" }).click();
}

/** Folder in, prepare, LR Find (unless a max LR is given), train, evaluate, download. Rejects with the page's own sentence. */
export async function driveLab(lab: OpenedLab, options: DriveOptions): Promise<Driven> {
  const { page, waitFor } = lab;
  const started = Date.now();
  await prepareLab(page, options);
  await openData(page, options);
  const indexed = await waitFor("indexed");

  await chooseTarget(page, indexed, options);
  for (const name of options.moreTargets ?? []) await addTarget(page, indexed, name);
  if (options.validation) {
    const value = options.validation === "own" ? "own" : String(Number(options.validation) / 100);
    await page.getByLabel("Validation share", { exact: true }).selectOption(value);
  }
  await fill(page, "Image size", options.size);
  await fill(page, "Seed", options.seed);
  await goToStep(page, "Balance");
  await page.getByLabel("Balance", { exact: true }).selectOption(options.balance);
  await prepareFilms(page);
  await waitFor("prepared");

  if (options.weights) {
    await goToStep(page, "Evaluate");
    await choose(page, "Choose weights file", options.weights);
    await waitFor("weights");
  }

  await goToStep(page, "LR Find");
  const { arithmetic = "f32", subgroups } = Object.fromEntries(options.settings ?? []);
  await checkCard(lab, listNeeded({ arithmetic: arithmetic === "f16" ? "f16" : "f32", subgroups: subgroups === "on" }));
  if (options.arch) await page.getByLabel("Architecture", { exact: true }).selectOption(options.arch);
  await fill(page, "Batch size", options.batch);
  await fill(page, "Epochs", options.epochs);
  await applySettingFlags(page, options.settings ?? []);
  if (options.maxLr === "auto") {
    await start(page, "LR Find");
    const { suggestions } = await waitFor("finder");
    await takeRecommended(page, suggestions as FinderSuggestions);
  }

  await goToStep(page, "Train");
  if (options.maxLr !== "auto") await fill(page, "Max LR", options.maxLr);
  return trainAndEvaluate(lab, options, started);
}

/**
 * Checks the card on a step that offers it, where a run needs what a card may only do that was checked for it.
 * @throws LabError featureOff where it did not pass
 */
export async function checkCard({ page, waitFor }: OpenedLab, needed: readonly KernelFeature[]): Promise<void> {
  if (needed.length === 0) return;
  await page.getByRole("button", { name: "Check this GPU", exact: true }).click();
  const checked = (await waitFor("gpuChecked")) as unknown as GpuCheckReport;
  for (const feature of needed) demandFeature(feature, standingOf(feature, checked.report, checked));
}

/** Everything is set: trains, downloads, evaluates. `started` in milliseconds since 1970. */
export async function trainAndEvaluate(
  { page, waitFor }: OpenedLab,
  options: Pick<DriveOptions, "out" | "tta" | "pytorch">,
  started: number,
): Promise<Driven> {
  await start(page, "Train");
  const { trial } = (await waitFor("trained")) as unknown as { trial: Pick<Trial, "id" | "again"> };
  const files: Driven["files"] = {
    weights: await download(page, "Download weights", options.out),
    trial: await download(page, "Download trial", options.out),
    predictions: "",
  };

  await goToStep(page, "Evaluate");
  if (options.tta) await page.getByLabel("Test-time augmentation", { exact: true }).selectOption(String(options.tta));
  await page.getByRole("button", { name: "Evaluate", exact: true }).click();
  const evaluated = (await waitFor("evaluated")) as LabEvent & {
    auroc: number | null;
    accuracy: number;
    loss: number;
    targets: TargetScores[];
  };
  files.predictions = await download(page, "Download predictions", options.out);
  if (options.pytorch) {
    await goToStep(page, "Trials");
    // The last wait of all, so that it may go through what events there are.
    const refused = waitFor() as Promise<never>;
    files.pytorch = await Promise.race([takeTorchBundle(page, trial.id, options.pytorch, options.out), refused]);
  }
  return {
    trial: trial.id,
    ...(trial.again && { again: trial.again }),
    auroc: evaluated.auroc,
    accuracy: evaluated.accuracy,
    validLoss: evaluated.loss,
    targets: evaluated.targets,
    seconds: (Date.now() - started) / 1000,
    files,
  };
}

/** @throws Error with the page's sentence where it refuses, e.g. one class only */
export async function prepareFilms(page: Page): Promise<void> {
  const prepare = page.getByRole("button", { name: "Prepare films", exact: true, disabled: false });
  const refusal = page.getByRole("main").getByRole("alert");
  await prepare.or(refusal).first().waitFor();
  // Its lines are what is wrong, why, and the setting.
  if (await refusal.isVisible()) {
    const [title, why, setting] = (await refusal.innerText()).split(/\s*\n+/);
    throw new Error(`${title}: ${why}${setting ? ` (${setting})` : ""}`);
  }
  await prepare.click();
}

/** @throws Error with the page's sentence where the batch does not fit the GPU budget */
async function start(page: Page, name: string): Promise<void> {
  // Before the forecast is there the button may be enabled, and no longer so when it is clicked.
  const clicked = page.getByRole("button", { name, exact: true }).click();
  const refused = page
    .getByText("does not fit the GPU budget")
    .first()
    .waitFor()
    .then(async () => {
      const forecast = await page
        .getByText(/over the budget of/)
        .first()
        .textContent();
      throw new Error(`The batch does not fit: ${forecast} Set --batch, --films-per-pass or --gpu-budget.`);
    });
  refused.catch(() => {});
  clicked.catch(() => {});
  await Promise.race([clicked, refused]);
}

/** Takes the rate that the page recommends. @throws Error where the curve is too short for one */
async function takeRecommended(page: Page, suggestions: FinderSuggestions): Promise<void> {
  if (suggestions[RECOMMENDED] === null) {
    throw new Error("LR Find ended too early to suggest anything: give --max-lr a number.");
  }
  await page.getByRole("button", { name: "recommended" }).click();
}

function findColumn(indexed: LabEvent, target: string) {
  const columns = indexed.columns as {
    name: string;
    isLabel: boolean;
    values: { value: string }[];
    defaultPositive: string[];
  }[];
  const column = columns.find(({ name }) => name === target);
  if (!column)
    throw new Error(`The label CSV has no column "${target}" to learn. It has: ${columns.map(({ name }) => name).join(", ")}.`);
  return column;
}

async function addTarget(page: Page, indexed: LabEvent, name: string): Promise<void> {
  if (!findColumn(indexed, name).isLabel)
    throw new Error(`"${name}" is no finding: only findings can be named with --also-target.`);
  const field = page.getByLabel("Further target", { exact: true });
  const free = await field.locator("option").allTextContents();
  if (!free.includes(name)) throw new Error(`"${name}" is a target already.`);
  await field.selectOption(name);
  await page.getByRole("button", { name: "Add target", exact: true }).click();
}

/** A finding needs its name only; of any other column the positive values are ticked. */
async function chooseTarget(page: Page, indexed: LabEvent, { target, positive }: DriveOptions): Promise<void> {
  const column = findColumn(indexed, target);
  await page.getByLabel("Target", { exact: true }).selectOption(target);
  if (column.isLabel || (!positive && column.defaultPositive.length > 0)) return;
  const known = column.values.map(({ value }) => value).filter((value) => value !== "");
  if (!positive) {
    throw new Error(`Nothing says which values of "${target}" are positive. Name them with --positive: ${known.join(", ")}.`);
  }
  const unknown = positive.find((value) => !known.includes(value));
  if (unknown !== undefined) {
    throw new Error(`"${unknown}" is no value of the column "${target}". Name one with --positive: ${known.join(", ")}.`);
  }
  // Ticked first: a moment with no positive value at all would be a mistake to point out.
  const inOrder = [...known].sort((a, b) => Number(positive.includes(b)) - Number(positive.includes(a)));
  for (const value of inOrder) {
    await page.getByRole("checkbox", { name: value, exact: true }).setChecked(positive.includes(value));
  }
}
