// What the page is to people: the ways in, the keyboard, both themes, a narrow window, and what axe finds.
import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import {
  dropFolder,
  expect,
  expectAccessible,
  fill,
  goToStep,
  hasRealFilms,
  NO_REAL_FILMS,
  prepareDrawnFilms,
  REAL_FILMS,
  test,
  waitForEvents,
} from "./support";

const STEPS = ["Dataset", "Balance", "LR Find", "Train", "Evaluate", "Trials"];

/** Opens every group of settings. */
async function openGroups(page: Page): Promise<void> {
  await page.locator("main details").evaluateAll((groups) => {
    for (const group of groups) group.setAttribute("open", "");
  });
}

/** Opens the engine's settings, and sets a budget in which nothing fits. */
async function overrunBudget(page: Page): Promise<void> {
  await page.getByText("Engine and memory").click();
  await fill(page, "GPU budget", 40);
  await expect(page.getByRole("main")).toContainText("does not fit the GPU budget");
}

test("axe finds nothing serious on any step, in either theme", async ({ lab }) => {
  for (const step of STEPS) {
    await goToStep(lab, step);
    await expectAccessible(lab, `${step}, empty`);
  }
  await goToStep(lab, "Dataset");
  await prepareDrawnFilms(lab, 32);
  for (const step of STEPS) {
    await goToStep(lab, step);
    await lab.waitForTimeout(300);
    await expectAccessible(lab, step);
  }
  await goToStep(lab, "Dataset");
  await lab.getByRole("button", { name: "Add target", exact: true }).click();
  await lab.getByRole("list", { name: "Further targets" }).getByText("No Finding").click();
  await expectAccessible(lab, "further targets");
  // Of what is no finding the values are to be chosen, in sight.
  await lab.getByLabel("Further target", { exact: true }).selectOption("Sex");
  await lab.getByRole("button", { name: "Add target", exact: true }).click();
  await expect(lab.getByRole("checkbox", { name: "Female", exact: true })).toBeVisible();
  await lab.getByRole("button", { name: "Remove Sex", exact: true }).click();
  for (const step of ["LR Find", "Train"]) {
    await goToStep(lab, step);
    await openGroups(lab);
    await expectAccessible(lab, `${step}, all settings`);
    await fill(lab, "GPU budget", 40);
    await expectAccessible(lab, `${step}, over budget`);
  }
});

test.describe("while the lab is on its way", () => {
  // What a service worker has kept is there at once.
  test.use({ serviceWorkers: "block" });

  test("the theme that was chosen is there at the next visit", async ({ lab }) => {
    const ground = () => lab.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe("rgb(11, 13, 16)");
    await lab.getByRole("button", { name: "Light theme" }).press("Enter");
    await expect(lab.getByRole("button", { name: "Dark theme" })).toBeFocused();
    // Also while the lab itself is still on its way.
    await lab.route(/\/assets\/index-.*\.js$/, (route) => route.abort());
    await lab.reload();
    expect(await ground()).toBe("rgb(246, 247, 249)");
    await expect(lab.getByText("Roentgen Lab")).toBeVisible();
    await lab.unroute(/\/assets\/index-.*\.js$/);
    await lab.reload();
    await expect(lab.getByRole("button", { name: "Dark theme" })).toBeVisible();
    expect(await ground()).toBe("rgb(246, 247, 249)");
  });
});

test("the page is there for less than 300 kB of script, gzipped", async ({ lab }) => {
  const bytes = await lab.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ name }) => /\.js$/.test(name) && !name.includes(".worker-"))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  );
  expect(bytes).toBeLessThan(300_000);
  expect(bytes, "sent gzipped, and measured").toBeGreaterThan(100_000);
});

test("a dropped folder is read through its handle", async ({ lab }) => {
  test.skip(!hasRealFilms, NO_REAL_FILMS);
  await dropFolder(lab, REAL_FILMS);
  const [indexed] = await waitForEvents(lab, "indexed");
  expect(indexed).toMatchObject({ films: 1168, rows: 903, rowsWithoutFilm: 0 });
  await expect(lab.getByRole("main")).toContainText("1,168");
});

test("axe finds nothing serious in mapped columns, nor where a folder cannot be opened", async ({ lab }, info) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await lab.getByRole("button", { name: "Save recipe" }).waitFor();
  await lab.getByLabel("Label format", { exact: true }).selectOption("anyCsv");
  await lab.getByText(/^Columns/).click();
  await expectAccessible(lab, "columns");
  writeFileSync(info.outputPath("labels.csv"), "Kennung,Wert\nx,1\ny,0\n");
  await dropFolder(lab, info.outputPath());
  await lab.getByLabel("Column that names the films").waitFor();
  await expectAccessible(lab, "failed");
});

test("the licences of what is bundled are a click away: of the page's libraries and of its workers'", async ({ lab }) => {
  const [opened] = await Promise.all([lab.waitForEvent("popup"), lab.getByRole("link", { name: "Licences" }).click()]);
  await expect(opened.locator("body")).toContainText(/react-dom \d+\.\d+\.\d+ \(MIT\)/);
  await expect(opened.locator("body")).toContainText(/@tensorflow\/tfjs-core \d+\.\d+\.\d+ \(Apache-2\.0\)/);
});

test("at phone width nothing is cut off", async ({ lab }) => {
  await lab.setViewportSize({ width: 390, height: 844 });
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await lab.getByRole("heading", { name: "Every finding" }).waitFor();
  await goToStep(lab, "LR Find");
  await overrunBudget(lab);
  for (const step of STEPS) {
    await goToStep(lab, step);
    const widths = await lab.evaluate(() =>
      [document.documentElement, document.querySelector("main")].map((box) => [box?.scrollWidth, box?.clientWidth]),
    );
    for (const [content, box] of widths) expect(content, step).toBe(box);
  }
});

test("a batch that does not fit is mended by the keyboard alone", async ({ lab }) => {
  await prepareDrawnFilms(lab, 64);
  await goToStep(lab, "LR Find");
  const press = async (...keys: string[]) => {
    for (const key of keys) await lab.keyboard.press(key);
  };
  const tabTo = async (name: RegExp) => {
    const focused = () => lab.evaluate(() => document.activeElement?.textContent || document.activeElement?.id || "");
    for (let tabs = 0; tabs < 60 && !name.test(await focused()); tabs++) await press("Tab");
    expect(await focused()).toMatch(name);
  };
  await lab.getByLabel("Architecture", { exact: true }).focus();
  await tabTo(/^Engine and memory/);
  await press("Enter", "Tab");
  await lab.keyboard.type("150");
  const start = lab.getByRole("button", { name: "LR Find", exact: true });
  await expect(start).toBeEnabled();
  const batch = lab.getByLabel("Batch size", { exact: true });
  const isFocused = () => batch.evaluate((field) => field === document.activeElement);
  for (let tabs = 0; tabs < 20 && !(await isFocused()); tabs++) await press("Shift+Tab");
  await expect(batch).toBeFocused();
  await press("ControlOrMeta+a");
  await lab.keyboard.type("400");
  await expect(start).toBeDisabled();
  await lab.getByRole("main").focus();
  await tabTo(/^Keep the batch of 400, in passes of/);
  await press("Enter");
  await expect(lab.getByRole("heading", { level: 1 }), "the button that was pressed is gone").toBeFocused();
  await expect(start).toBeEnabled();
  await expect(lab.getByLabel("Batch size", { exact: true })).toHaveValue("400");
});
