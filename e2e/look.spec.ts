// What the page is to people: the ways in, the keyboard, both themes, a narrow window, and what axe finds.
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";
import {
  dropFolder,
  expect,
  goToStep,
  hasRealFilms,
  NO_REAL_FILMS,
  prepareDrawnFilms,
  REAL_FILMS,
  test,
  waitForEvents,
} from "./support";

const AXE = createRequire(import.meta.url).resolve("axe-core");
const STEPS = ["Dataset", "Balance", "LR Find", "Train", "Evaluate", "Trials"];

async function seriousFindings(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the content security policy would refuse that, as it should.
  await page.evaluate(await (await import("node:fs/promises")).readFile(AXE, "utf8"));
  const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

for (const theme of ["dark", "light"] as const) {
  test(`axe finds nothing serious on any step, ${theme}`, async ({ lab }) => {
    if (theme === "light") await lab.getByRole("button", { name: /light/i }).click();
    expect(await seriousFindings(lab), "empty").toEqual([]);
    await prepareDrawnFilms(lab, 32);
    for (const step of STEPS) {
      await goToStep(lab, step);
      await lab.waitForTimeout(300);
      expect(await seriousFindings(lab), step).toEqual([]);
    }
  });
}

test("a dropped folder is read through its handle", async ({ lab }) => {
  test.skip(!hasRealFilms, NO_REAL_FILMS);
  await dropFolder(lab, REAL_FILMS);
  const [indexed] = await waitForEvents(lab, "indexed");
  expect(indexed).toMatchObject({ films: 1168, rows: 903, rowsWithoutFilm: 0 });
  await expect(lab.getByRole("main")).toContainText("1,168");
});

test("at phone width nothing is cut off", async ({ lab }) => {
  await lab.setViewportSize({ width: 390, height: 844 });
  for (const step of STEPS) {
    await goToStep(lab, step);
    const { scroll, width } = await lab.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
    expect(scroll, step).toBeLessThanOrEqual(width);
  }
});
