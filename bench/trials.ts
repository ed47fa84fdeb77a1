// What does a long table of trials cost? `npm run -s bench -- trials [--trials 5000]`: the longest task of the page's main thread in real
// Chromium while each thing is done that a person does with the table.
import { parseArgs } from "node:util";
import type { Page } from "@playwright/test";
import { acceptAdapter, goToStep } from "../scripts/driveLab";
import { openLab } from "../scripts/openLab";
import { readCount } from "./flags";
import { keepMadeTrials } from "./madeTrials";
import { watchTasks } from "./tasks";

export async function benchTrials(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { trials: { type: "string", default: "5000" } } });
  const trials = readCount(values.trials, "trials", 1);
  const lab = await openLab();
  const { page } = lab;
  try {
    // Of the same origin, but not the lab.
    await page.goto(new URL("/icon.svg", page.url()).href);
    await keepMadeTrials(page, trials);
    const longestTaskMs: Record<string, number> = {};
    const longestTaskCpuMs: Record<string, number> = {};
    for (const [name, act] of Object.entries(ACTS)) {
      const tasks = await watchTasks(page);
      await act(page);
      await page.waitForTimeout(500);
      const { longest, longestCpu } = await tasks.stop();
      longestTaskMs[name] = longest;
      longestTaskCpuMs[name] = longestCpu;
    }
    const rowsInPage = await page.getByRole("grid").getByRole("row").count();
    console.log(JSON.stringify({ trials, rowsInPage, longestTaskMs, longestTaskCpuMs }));
  } finally {
    await lab.close();
  }
}

const grid = (page: Page) => page.getByRole("grid", { name: "All trials" });

/** In order: each begins where the one before left off. */
const ACTS: Record<string, (page: Page) => Promise<void>> = {
  load: async (page) => {
    await page.goto(new URL("/", page.url()).href);
    await acceptAdapter(page);
    await page.getByRole("link", { name: /[\d,]+ trial/ }).waitFor();
  },
  open: async (page) => {
    await goToStep(page, "Trials");
    await grid(page).waitFor();
  },
  scroll: async (page) => {
    await grid(page).hover();
    for (let turn = 0; turn < 40; turn++) await page.mouse.wheel(0, 1500);
  },
  sort: (page) => grid(page).getByRole("button", { name: "AUROC" }).click(),
  filter: (page) => page.getByLabel("Filter trials").pressSequentially("edema finished", { delay: 60 }),
  unfilter: (page) => page.getByLabel("Filter trials").fill(""),
  keys: async (page) => {
    await grid(page).getByRole("row").nth(1).focus();
    for (let key = 0; key < 40; key++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
  },
  star: (page) => page.getByRole("button", { name: /^Star trial/ }).click(),
  tickAll: (page) => page.getByLabel("Tick all trials that are shown").click(),
  untick: (page) => page.getByRole("button", { name: "Untick all" }).click(),
  delete: async (page) => {
    await page.getByRole("button", { name: /^Delete trial/ }).click();
    await page.getByRole("button", { name: "Undo" }).waitFor();
  },
  undo: async (page) => {
    await page.keyboard.press("Control+z");
    await page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });
  },
  csv: async (page) => {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download table" }).click();
    await coming;
  },
};
