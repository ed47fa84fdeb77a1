// What the end-to-end tests share: the page with its events collected, folders to open, and a real drop.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import type { AxeResults, RunOptions } from "axe-core";
import { acceptAdapter } from "../scripts/driveLab";

export { dropFolder, goToStep } from "../scripts/driveLab";
export { expect };

export const REAL_FILMS = resolve("../shared/data/NIH-CXR14-mini");
export const hasRealFilms = existsSync(REAL_FILMS);
export const NO_REAL_FILMS = "the real films (../shared/data) are not on this machine";

export interface LabEvent {
  type: string;
  [key: string]: unknown;
}

interface Fixtures {
  /** The lab, opened, on an accepted adapter. Fails the test if any request leaves the page's own origin or the page throws. */
  lab: Page;
}

export const test = base.extend<Fixtures>({
  lab: async ({ page, context, baseURL }, use) => {
    const strangers: string[] = [];
    const errors: string[] = [];
    context.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== "blob:" && protocol !== "data:" && origin !== baseURL) strangers.push(request.url());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    await collectEvents(page);
    await page.goto("/");
    await acceptAdapter(page);
    await use(page);
    expect(strangers, "requests that left the page's origin").toEqual([]);
    expect(errors, "errors the page threw").toEqual([]);
  },
});

/** From its next load on the page keeps its events, for `eventsOf`. */
export async function collectEvents(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const events: unknown[] = [];
    Object.assign(window, { labEvents: events });
    window.addEventListener("roentgen-lab", (event) => events.push((event as CustomEvent).detail));
  });
}

/** The page's events of one type since it was loaded. */
export async function eventsOf(page: Page, type: string): Promise<LabEvent[]> {
  const events = await page.evaluate(() => (window as unknown as { labEvents: LabEvent[] }).labEvents);
  return events.filter((event) => event.type === type);
}

export const countEvents = (page: Page, type: string): Promise<number> =>
  page.evaluate(
    (wanted) => (window as unknown as { labEvents: LabEvent[] }).labEvents.filter((event) => event.type === wanted).length,
    type,
  );

/** A count is soon asked for; Playwright's own pace, of seconds in the end, would let a test wait for what has long come. */
const POLL_MS = [100];

/** Waits until at least `count` events of a type have come, and returns them. A failure that was not waited for ends the wait. */
export async function waitForEvents(page: Page, type: string, count = 1, timeout = 240_000): Promise<LabEvent[]> {
  const came = async () => {
    if (type !== "failed" && (await countEvents(page, "failed")) > 0) return true;
    return (await countEvents(page, type)) >= count;
  };
  await expect.poll(came, { timeout, intervals: POLL_MS, message: `waiting for ${count} x ${type}` }).toBe(true);
  if (type !== "failed") expect(await eventsOf(page, "failed")).toEqual([]);
  return eventsOf(page, type);
}

/** Waits until exactly `count` events of a type have come, whatever has failed before. */
export async function waitForCount(page: Page, type: string, count: number, timeout = 240_000): Promise<void> {
  await expect
    .poll(() => countEvents(page, type), { timeout, intervals: POLL_MS, message: `waiting for ${count} x ${type}` })
    .toBe(count);
}

/** Types into a field and leaves it. */
export async function fill(page: Page, label: string, value: string | number): Promise<void> {
  const field = page.getByLabel(label, { exact: true });
  await field.fill(String(value));
  await field.blur();
}

/** Opens the drawn films and prepares them at `size`. */
export async function prepareDrawnFilms(page: Page, size: number): Promise<void> {
  await page.getByRole("button", { name: "Try with drawn films" }).click();
  await waitForEvents(page, "indexed");
  await fill(page, "Image size", size);
  await page.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForEvents(page, "prepared");
}

export const status = (page: Page) => page.getByRole("status", { name: "Lab status" });

/** In one event: a drag drawn out over a page that is busy with thumbnails may end before the page has said that it takes it. */
export async function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, base64]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
      return transfer;
    },
    [name, Buffer.from(bytes).toString("base64")] as const,
  );
  await page.dispatchEvent("body", "drop", { dataTransfer });
}

const AXE = createRequire(import.meta.url).resolve("axe-core");

/** In both themes axe finds nothing serious in what is shown, whatever was done before; and its headings leave out no level. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  const before = await page.locator("html").getAttribute(THEME);
  for (const shown of ["light", "dark"]) {
    await showIn(page, shown);
    expect(await seriousFindings(page), `${state}, ${shown}`).toEqual([]);
  }
  await showIn(page, before ?? "dark");
  const levels = await page
    .locator("main :is(h1, h2, h3, h4):visible")
    .evaluateAll((headings) => headings.map(({ tagName }) => Number(tagName[1])));
  expect(levels[0], `${state}, the first heading`).toBe(1);
  expect(
    levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1),
    `${state}, headings after a level that is left out`,
  ).toEqual([]);
}

const THEME = "data-mantine-color-scheme";

async function showIn(page: Page, theme: string): Promise<void> {
  await page.evaluate(([name, value]) => document.documentElement.setAttribute(name, value), [THEME, theme] as const);
  // Colours that are on their way from one theme to the other have neither's contrast.
  await page.waitForTimeout(250);
}

/** What axe finds that is serious or worse. */
async function seriousFindings(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the content security policy would refuse that, as it should.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(readFileSync(AXE, "utf8"));
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    // Of what passes, thousands of nodes, it would describe each.
    return (await axe.run({ resultTypes: ["violations"] })).violations;
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
