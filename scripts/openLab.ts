// Opens the built page in a headless Chromium for programs that drive it, and hands on its events. Does nothing in the lab itself.
import type { Page } from "@playwright/test";
import { build, preview } from "vite";
import { openBrowser } from "./openBrowser";

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

/** Headers under which a page may measure its own memory, its workers' too. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * @param onEvent called with every event of the page as it happens
 * @param measured whether the page is to measure its memory (bench/heap.ts)
 */
export async function openLab(onEvent: (event: LabEvent) => void = () => {}, measured = false): Promise<OpenedLab> {
  await build({ logLevel: "error" });
  const headers = measured ? ISOLATED : {};
  const server = await preview({ preview: { port: 0, strictPort: false, headers }, logLevel: "error" });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error("The page could not be served.");

  const browser = await openBrowser(url, measured ? ["--enable-blink-features=ForceEagerMeasureMemory"] : []);
  const { page } = browser;
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
      const at = pending.findIndex(({ type }) => type === "failed" || types.includes(type));
      // One by one they would be moved up once for each: hours of training leave hundreds of thousands.
      const event = pending.splice(0, at < 0 ? pending.length : at + 1)[at];
      if (event?.type === "failed") throw new Error(event.message ?? "The lab failed.");
      if (event) return event;
      await Promise.race([closed, new Promise<void>((resolve) => (wake = resolve))]);
    }
  }

  return {
    page,
    waitFor,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
