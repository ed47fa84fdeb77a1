// The review of two trials as a file that a person hands on: whole, still, and without a name in it unless it was asked for.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";
import { prepareSmallRun, trainTwoAndTick } from "./runSupport";
import { expect, expectAccessible, goToStep, status, test } from "./support";

async function download(page: Page, button: string): Promise<{ name: string; path: string; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  const path = await file.path();
  return { name: file.suggestedFilename(), path, text: readFileSync(path, "utf8") };
}

/** The file by itself, in a browser that knows nothing of the lab and is offline; every request it makes is listed. */
async function openFile(browser: Browser, text: string): Promise<{ page: Page; requests: string[] }> {
  const context = await browser.newContext({ offline: true });
  const requests: string[] = [];
  context.on("request", (request) => requests.push(request.url()));
  const page = await context.newPage();
  await page.setContent(text);
  return { page, requests };
}

test("the review of two trials is one file that names no film, loads nothing and runs nothing", async ({ lab, browser }) => {
  await prepareSmallRun(lab, { maxLr: 1e-3 });
  await goToStep(lab, "Dataset");
  const rows = (await download(lab, "Save sampled rows")).text.trim().split("\n").slice(1);
  await goToStep(lab, "Train");
  await trainTwoAndTick(lab);
  for (const trial of [1, 2]) await lab.getByRole("checkbox", { name: `Tick trial ${trial}` }).check();
  await lab.getByRole("button", { name: "Review", exact: true }).click();
  await expect(lab.getByRole("heading", { level: 1 })).toHaveText("Trial 1 & 2");
  await expect(status(lab)).toContainText("The review of 2 trials is ready.", { timeout: 120_000 });
  await expect(lab.getByRole("img", { name: /^film 1, labelled/ })).toHaveCount(1);
  await lab.getByRole("textbox", { name: "Note on trial 1" }).fill(`Too slow?\n\n${"Try a higher rate. ".repeat(40)}`);
  await lab.emulateMedia({ media: "print" });
  const words = lab.getByRole("textbox", { name: "Note on trial 1" });
  expect(await words.evaluate((field) => field.scrollHeight - field.clientHeight), "paper does not scroll").toBe(0);
  await lab.emulateMedia({ media: "screen" });
  await expectAccessible(lab, "review");

  const review = await download(lab, "Download review");
  expect(review.name).toBe("review-trial-1-2.html");
  const paths = rows.map((row) => row.split(",")[0] ?? "");
  expect(new Set(paths).size).toBeGreaterThan(100);
  expect(paths.filter((path) => path === "" || review.text.includes(path))).toEqual([]);
  // Digits of a coordinate in a chart are no patient's number.
  const numbers = new Set(review.text.match(/(?<![\d.])\d{5}(?![\d.])/g));
  expect(rows.map((row) => row.split(",")[2] ?? "").filter((patient) => patient === "" || numbers.has(patient))).toEqual([]);
  expect(review.text).not.toMatch(/patient0|train\.csv|<script|<canvas|<button|https?:|url\((?!#|["']#)/);

  const { page, requests } = await openFile(browser, review.text);
  for (const trial of [1, 2]) {
    const article = page
      .getByRole("article")
      .filter({ has: page.getByRole("heading", { name: new RegExp(`^Trial ${trial}:`) }) });
    await expect(article.getByRole("figure", { name: "Loss and learning rate" }).locator("svg path").first()).toBeAttached();
    await expect(article.getByRole("term").filter({ hasText: /^AUROC$/ })).toBeVisible();
    await expect(article.getByRole("row", { name: /^sensitivity/ })).toContainText(/\d\.\d{3} to \d\.\d{3}/);
    await expect(
      article
        .getByText("film 1", { exact: true })
        .or(article.getByText(/^film \d+$/))
        .first(),
    ).toBeVisible();
  }
  await expect(page.getByText("Try a higher rate.")).toBeVisible();
  await expect(page.getByRole("cell", { name: "Max LR" })).toBeVisible();
  await expect(page.getByRole("img")).toHaveCount(0);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "light").toBe("rgb(246, 247, 249)");
  expect(requests).toEqual([]);
  await page.context().close();

  await lab.getByRole("checkbox", { name: "Show file names" }).check();
  await lab.getByRole("checkbox", { name: "Include film pictures" }).check();
  const named2 = await download(lab, "Download review");
  expect(named2.text).toMatch(/train\/patient\d{5}\//);
  const shown = await openFile(browser, named2.text);
  await expect(shown.page.getByRole("img", { name: /patient\d{5}.*probability/ })).not.toHaveCount(0);
  expect(shown.requests.filter((url) => !url.startsWith("data:"))).toEqual([]);
  await shown.page.context().close();
});
