// Opens the built page in a headless Chromium for programs that drive it, and hands on its events. Does nothing in the lab itself.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { build, preview } from "vite";
import { browserArgs, ensureBrowser } from "./browser.mjs";

export interface LabEvent {
  type: string;
  message?: string;
  [key: string]: unknown;
}

export interface OpenedLab {
  page: Page;
  /** Resolves to the next event of one of these types that was not yet waited for; rejects with the page's own sentence on `failed`. */
  waitFor(...types: string[]): Promise<LabEvent>;
  close(): Promise<void>;
}

/** @param onEvent called with every event of the page as it happens */
export async function openLab(onEvent: (event: LabEvent) => void = () => {}): Promise<OpenedLab> {
  await build({ logLevel: "error" });
  const server = await preview({ preview: { port: 0, strictPort: false }, logLevel: "error" });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("The page could not be served.");

  // A profile on disk: a private window's storage lives in memory and is small.
  const profile = mkdtempSync(join(tmpdir(), "roentgen-lab-"));
  const context = await launch(profile, url);
  const page = context.pages()[0] ?? (await context.newPage());
  const closed = new Promise<never>((_, reject) => {
    page.on("crash", () => reject(new Error("The page crashed.")));
    page.on("close", () => reject(new Error("The browser was closed.")));
  });
  closed.catch(() => {});

  const pending: LabEvent[] = [];
  let wake = () => {};
  await page.exposeFunction("reportLabEvent", (event: LabEvent) => {
    onEvent(event);
    pending.push(event);
    wake();
  });
  await page.addInitScript(() => {
    window.addEventListener("roentgen-lab", (event) => {
      const { reportLabEvent } = window as unknown as { reportLabEvent(detail: unknown): void };
      reportLabEvent((event as CustomEvent).detail);
    });
  });
  await page.goto(url);

  async function waitFor(...types: string[]): Promise<LabEvent> {
    for (;;) {
      while (pending.length > 0) {
        const event = pending.shift() as LabEvent;
        if (event.type === "failed") throw new Error(event.message ?? "The lab failed.");
        if (types.includes(event.type)) return event;
      }
      await Promise.race([closed, new Promise<void>((resolve) => (wake = resolve))]);
    }
  }

  return {
    page,
    waitFor,
    async close() {
      await context.close();
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A browser on the machine's own GPU where it offers one, else on its software adapter. */
async function launch(profile: string, url: string): Promise<BrowserContext> {
  const executablePath = ensureBrowser();
  const start = (adapter: string | undefined) =>
    chromium.launchPersistentContext(profile, {
      executablePath,
      args: browserArgs(adapter),
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
