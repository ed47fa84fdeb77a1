// A run in a tab that is truly hidden, behind another, from its first epoch to its end: nothing of it may wait for the page's frames or timers.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { browserArgs, ensureBrowser } from "../scripts/browser.mjs";
import { acceptAdapter } from "../scripts/driveLab";
import { collectEvents, eventsOf, expect, fill, goToStep, prepareDrawnFilms, test, waitForEvents } from "./support";

// Playwright tells every page that it drives that it is in front. So it lets go of the browser while the tab is hidden, and what is asked
// meanwhile is asked over DevTools' plain HTTP: what the tabs are called.
test("a hidden tab trains on to the end, and its title says how far it is", async ({ baseURL: lab = "" }, info) => {
  const profile = info.outputPath("profile");
  // A browser slows the timers of a tab down more and more; this one, which would wait five minutes for it, all the way after five seconds.
  const slowing = browserArgs().filter(
    (arg) => !arg.startsWith("--disable-renderer") && !arg.startsWith("--disable-background-timer"),
  );
  const features = "--enable-features=Vulkan,IntensiveWakeUpThrottling:grace_period_seconds/5";
  const browser = spawn(
    ensureBrowser(),
    [...slowing, features, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    { stdio: "ignore" },
  );
  try {
    const devTools = await findDevTools(profile);
    const tabs = async () => (await (await fetch(`${devTools}/json`)).json()) as { id: string; title: string; url: string }[];
    const labTab = async () => (await tabs()).find(({ url }) => url.startsWith(lab));

    await drive(devTools, "about:blank", async (page) => {
      await collectEvents(page);
      await page.goto(lab);
      await acceptAdapter(page);
      await prepareDrawnFilms(page, 32);
      await goToStep(page, "LR Find");
      await page.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
      await fill(page, "Batch size", 16);
      await fill(page, "Epochs", 20);
      await page.evaluate(() => {
        const seen: [DocumentVisibilityState, number][] = [];
        Object.assign(window, { seen });
        window.addEventListener("roentgen-lab", (event) => {
          const { type, step } = (event as CustomEvent).detail;
          if (type === "step") seen.push([document.visibilityState, step]);
        });
      });
      await goToStep(page, "Train");
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await waitForEvents(page, "epochEnd");
    });

    await fetch(`${devTools}/json/new?about:blank`, { method: "PUT" });
    const titles = new Set<string>();
    await expect
      .poll(async () => titles.add((await labTab())?.title ?? "").has("Trial 1 finished · Roentgen Lab"), { timeout: 240_000 })
      .toBe(true);
    expect([...titles].filter((title) => / % · Trial 1 · Roentgen Lab$/.test(title)).length).toBeGreaterThan(3);

    await drive(devTools, lab, async (page) => {
      const seen = await page.evaluate(() => (window as unknown as { seen: [DocumentVisibilityState, number][] }).seen);
      const total = seen.length;
      expect(seen.map(([, step]) => step)).toEqual(Array.from({ length: total }, (_, step) => step));
      const hidden = seen.filter(([state]) => state === "hidden").map(([, step]) => step);
      expect(hidden.length, "most of the run").toBeGreaterThan(total / 2);
      expect(hidden.at(-1), "to its end").toBe(total - 1);
      const [trained] = await eventsOf(page, "trained");
      expect(trained?.trial).toMatchObject({ state: "finished", stepsDone: total });
    });
  } finally {
    browser.kill();
  }
});

/** Hands the browser's tab of this address to Playwright for as long as `work` takes. */
async function drive(devTools: string, address: string, work: (page: Page) => Promise<void>): Promise<void> {
  const browser = await chromium.connectOverCDP(devTools);
  try {
    const page = browser
      .contexts()[0]
      ?.pages()
      .find((one) => one.url().startsWith(address));
    if (!page) throw new Error(`The browser has no tab at ${address}.`);
    await work(page);
  } finally {
    // Of a browser that it has not started it only lets go.
    await browser.close();
  }
}

/** The address that a browser has written down once it serves DevTools. */
async function findDevTools(profile: string): Promise<string> {
  const file = join(profile, "DevToolsActivePort");
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  return `http://127.0.0.1:${readFileSync(file, "utf8").split("\n")[0]}`;
}
