// A headless Chromium for programs: on the machine's own GPU where it offers one, else on its software adapter.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { browserArgs, ensureBrowser } from "./browser.mjs";

export interface OpenedBrowser {
  /** A blank page. */
  page: Page;
  close(): Promise<void>;
}

/** @param url a page of this machine, by which the adapter is looked for: WebGPU is there in secure contexts only */
export async function openBrowser(url: string, moreArgs: string[] = []): Promise<OpenedBrowser> {
  // A profile on disk: a private window's storage lives in memory and is small.
  const profile = mkdtempSync(join(tmpdir(), "roentgen-lab-"));
  const context = await launch(profile, url, moreArgs);
  return {
    page: await context.newPage(),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function launch(profile: string, url: string, moreArgs: string[]): Promise<BrowserContext> {
  const executablePath = ensureBrowser();
  const start = (adapter: string) =>
    chromium.launchPersistentContext(profile, {
      executablePath,
      args: [...browserArgs(adapter), ...moreArgs],
      viewport: { width: 1440, height: 900 },
      acceptDownloads: true,
    });
  if (process.env.ROENTGEN_ADAPTER) return start(process.env.ROENTGEN_ADAPTER);
  const context = await start("gpu");
  const page = await context.newPage();
  await page.goto(url);
  const found = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  await page.close();
  if (found) return context;
  await context.close();
  return start("swiftshader");
}
