// The table of trials as a person works with it: sort, filter, choose columns, note, star, tick, delete and undo; and that all of it is kept.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import Papa from "papaparse";
import { keepMadeTrials } from "../bench/madeTrials";
import { button, reopen } from "./runSupport";
import { expect, expectAccessible, goToStep, status, test } from "./support";

const grid = (lab: Page) => lab.getByRole("grid", { name: "All trials" });
const row = (lab: Page, trial: number) =>
  grid(lab)
    .getByRole("row")
    .filter({ has: lab.getByLabel(`Tick trial ${trial}`, { exact: true }) });

/** Numbers of the trials in the page, from the top. */
async function numbers(lab: Page): Promise<number[]> {
  const names = await grid(lab)
    .getByRole("checkbox", { name: /^Tick trial/ })
    .evaluateAll((boxes) => boxes.map((box) => box.getAttribute("aria-label") ?? ""));
  return names.map((name) => Number(name.replace("Tick trial ", "")));
}

async function openMadeTrials(lab: Page, count: number): Promise<void> {
  // Of the same origin, but not the lab, which would have listed its trials before.
  await lab.goto("/icon.svg");
  await keepMadeTrials(lab, count);
  await reopen(lab);
  await goToStep(lab, "Trials");
  await expect(grid(lab)).toBeVisible();
}

async function downloadTable(lab: Page): Promise<Record<string, string>[]> {
  const [file] = await Promise.all([lab.waitForEvent("download"), button(lab, "Download table").click()]);
  expect(file.suggestedFilename()).toBe("trials.csv");
  return Papa.parse<Record<string, string>>(readFileSync(await file.path(), "utf8"), { header: true, skipEmptyLines: true }).data;
}

test("trials are sorted, filtered, noted and starred, and are found so after a reload", async ({ lab }) => {
  await openMadeTrials(lab, 12);
  expect(await numbers(lab)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  const byAuroc = (await downloadTable(lab))
    .toSorted((a, b) => Number(b.auroc) - Number(a.auroc))
    .map(({ trial }) => Number(trial));
  await button(lab, "AUROC").click();
  await expect.poll(() => numbers(lab)).toEqual(byAuroc);
  await expect(grid(lab).getByRole("columnheader", { name: "AUROC" })).toHaveAttribute("aria-sort", "descending");

  await row(lab, 7).click();
  await lab.getByLabel(/^Note on trial/).fill("=the one with warp\nand a second line");
  await button(lab, "Star trial 7").click();
  await expect(button(lab, "Star trial 7")).toHaveAttribute("aria-pressed", "true");
  await expect(row(lab, 7)).toContainText("=the one with warp and a second line");
  await button(lab, "columns").click();
  const seed = lab.getByRole("region", { name: "Columns" }).getByLabel("Seed", { exact: true });
  await seed.check();
  await seed.press("Escape");
  await expect(seed).toHaveCount(0);
  await expect(button(lab, "columns")).toBeFocused();
  await expect(grid(lab).getByRole("columnheader", { name: "Seed" })).toBeVisible();
  await button(lab, "starred only").click();
  await lab.getByLabel("Filter trials").fill("atelectasis WARP");
  await expect.poll(() => numbers(lab)).toEqual([7]);

  await reopen(lab);
  await goToStep(lab, "Trials");
  await expect(lab.getByLabel("Filter trials")).toHaveValue("atelectasis WARP");
  expect(await numbers(lab)).toEqual([7]);
  await expect(grid(lab).getByRole("columnheader", { name: "Seed" })).toBeVisible();
  await expect(lab.getByLabel(/^Note on trial/)).toHaveValue("=the one with warp\nand a second line");
  const [only, ...others] = await downloadTable(lab);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ trial: "7", star: "true", target: "Atelectasis", seed: "7", weightDecay: "0.01" });
  expect(only?.note, "no formula for whoever opens it").toBe("'=the one with warp\nand a second line");
});

test("trials are deleted and brought back, by keyboard too; what is not brought back is gone for good", async ({ lab }) => {
  await openMadeTrials(lab, 6);
  await row(lab, 6).focus();
  for (const key of ["ArrowDown", "ArrowDown", "Enter"]) await lab.keyboard.press(key);
  await expect(lab.getByRole("heading", { name: "Trial 4" })).toBeVisible();
  await row(lab, 4).focus();
  await lab.keyboard.press("Delete");
  await expect(status(lab)).toContainText("Trial 4 is deleted.");
  await expect(button(lab, "Undo")).toBeFocused();
  expect(await numbers(lab)).toEqual([6, 5, 3, 2, 1]);
  await lab.keyboard.press("Control+z");
  await expect.poll(() => numbers(lab)).toEqual([6, 5, 4, 3, 2, 1]);
  await expect(status(lab)).toContainText("Trial 4 is back.");
  await expect(row(lab, 4), "the keys go on where they were").toBeFocused();

  await row(lab, 5).focus();
  await lab.keyboard.press(" ");
  await lab.getByLabel("Tick trial 2", { exact: true }).click();
  await expect(lab.getByRole("main")).toContainText("2 trials ticked");
  await button(lab, "Delete ticked").click();
  await expect.poll(() => numbers(lab)).toEqual([6, 4, 3, 1]);
  await button(lab, "Undo").click();
  await expect.poll(() => numbers(lab)).toEqual([6, 5, 4, 3, 2, 1]);
  await row(lab, 6).click();
  await button(lab, "Delete trial 6").click();
  await expect.poll(() => numbers(lab)).toEqual([5, 4, 3, 2, 1]);

  // The page ends before the deletion is carried out.
  await reopen(lab);
  await goToStep(lab, "Trials");
  await expect.poll(() => numbers(lab)).toEqual([5, 4, 3, 2, 1]);
  await expect(button(lab, "Undo")).toHaveCount(0);
  const keptNumbers = () =>
    lab.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open("roentgen-lab-samples");
          opening.onsuccess = () => {
            const keys = opening.result.transaction("values").objectStore("values").getAllKeys();
            keys.onsuccess = () => {
              opening.result.close();
              resolve(keys.result);
            };
          };
        }),
    );
  await expect.poll(keptNumbers).toEqual(["1", "2", "3", "4", "5"]);
});

test("thousands of trials are a page of rows, and the last is a key away", async ({ lab }) => {
  await openMadeTrials(lab, 3000);
  await expect(grid(lab)).toHaveAttribute("aria-rowcount", "3001");
  expect((await numbers(lab)).length).toBeLessThan(60);
  await row(lab, 3000).focus();
  await lab.keyboard.press("End");
  await expect(row(lab, 1)).toBeFocused();
  await lab.keyboard.press("ArrowUp");
  await expect(row(lab, 2)).toBeFocused();
  await lab.keyboard.press("Home");
  await expect(row(lab, 3000)).toBeFocused();
});

test("axe finds nothing serious in a full table, and nothing is cut off on a phone", async ({ lab }) => {
  await openMadeTrials(lab, 12);
  await button(lab, "columns").click();
  await lab.getByLabel("Tick trial 12", { exact: true }).click();
  await button(lab, "Delete trial 12").click();
  await expect(button(lab, "Undo")).toBeVisible();
  await lab.getByText("All settings").click();
  for (const width of [1440, 768, 390]) {
    await lab.setViewportSize({ width, height: 844 });
    await lab.waitForTimeout(300);
    await expectAccessible(lab, `trials at ${width} px`);
    const overflows = await lab.evaluate(() =>
      [document.documentElement, document.querySelector("main"), document.querySelector("[role=grid]")?.parentElement].map(
        (box) => (box?.scrollWidth ?? 0) - (box?.clientWidth ?? 0),
      ),
    );
    expect(overflows, `${width}`).toEqual([0, 0, 0]);
  }
  // Another: by now the notice of the first may have gone, as that of this one will by itself.
  await row(lab, 11).press("Delete");
  await expect(status(lab)).toContainText("Trial 11 is deleted.");
  await button(lab, "Undo").focus();
  await expect(button(lab, "Undo")).toHaveCount(0);
  await expect(row(lab, 10), "in the place of the one that is gone").toBeFocused();
});
