// What tests of runs share: a small run with given settings, two of them, the ways to interrupt it, and what is kept of it.
import type { BrowserContext, Page } from "@playwright/test";
import { acceptAdapter } from "../scripts/driveLab";
import type { TrialSettings } from "../src/protocol/settings";
import {
  collectEvents,
  countEvents,
  eventsOf,
  expect,
  fill,
  goToStep,
  type LabEvent,
  prepareDrawnFilms,
  waitForCount,
  waitForEvents,
} from "./support";

/** densenet-mini on drawn films of 32 px, in two epochs of a few steps each. */
const SMALL_RUN = { arch: "densenet-mini", imageSize: 32, batchSize: 16, epochs: 2 } as const;

/** Makes these the page's settings, as if they had been set on an earlier visit. */
export async function settle(page: Page, change: Partial<TrialSettings>): Promise<void> {
  // Of the same origin, but not the lab, which might still be writing the settings that it has read.
  await page.goto("/icon.svg");
  await page.evaluate(
    (kept) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("roentgen-lab-settings");
        opening.onupgradeneeded = () => opening.result.createObjectStore("values");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction("values", "readwrite");
          writing.objectStore("values").put(kept, "page");
          writing.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    { ...SMALL_RUN, ...change },
  );
  await reopen(page);
}

/** The drawn films prepared for a small run with these settings, ready to be trained. */
export async function prepareSmallRun(page: Page, change: Partial<TrialSettings> = {}): Promise<void> {
  await settle(page, change);
  await prepareDrawnFilms(page, SMALL_RUN.imageSize);
  await goToStep(page, "Train");
}

/** Loads the page anew, and accepts its adapter. */
export async function reopen(page: Page): Promise<void> {
  await page.goto("/");
  await acceptAdapter(page);
}

export const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });

export function trainWorker(page: Page) {
  const worker = page.workers().findLast((one) => one.url().includes("train.worker"));
  if (!worker) throw new Error("no training worker");
  return worker;
}

/** Ends the training worker from within, as a browser does that runs out of memory: no event says so. */
export async function endTrainWorker(page: Page): Promise<void> {
  await trainWorker(page)
    .evaluate(() => self.close())
    .catch(() => {});
}

/** Waits for the run's end and returns the trial. */
export async function waitForTrained(page: Page): Promise<TrainedTrial> {
  await waitForCount(page, "trained", 1, 600_000);
  const [trained] = await eventsOf(page, "trained");
  return (trained as LabEvent & { trial: TrainedTrial }).trial;
}

/** Two trials of the prepared run, the second at another max LR; then the Trials step, where both are ticked. */
export async function trainTwoAndTick(page: Page): Promise<void> {
  await button(page, "Train").click();
  await waitForEvents(page, "trained");
  await fill(page, "Max LR", "1e-2");
  await button(page, "Train").click();
  await waitForEvents(page, "trained", 2);
  await goToStep(page, "Trials");
  await page.getByLabel("Tick all trials that are shown").click();
}

export interface TrainedTrial {
  id: number;
  state: string;
  stepsDone: number;
  stepsTotal: number;
  parent: string | null;
  settings: TrialSettings;
}

/** All that a trial's last checkpoint holds, but for the time that it took. */
export interface Kept {
  step: number;
  /** SHA-256 of the steps' columns, the weights, the moments and the moving average. */
  bytesSha256: string;
  optimizerSteps: number;
  arrays: string;
  epochs: unknown[];
}

export async function readKept(page: Page, trialId: number): Promise<Kept> {
  const header = await page.evaluate(async (id) => {
    const open = (name: string) =>
      new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
    const read = async (name: string, key: string) => {
      const database = await open(name);
      const value = await new Promise<unknown>((resolve, reject) => {
        const request = database.transaction("values").objectStore("values").get(key);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      database.close();
      return value;
    };
    const trial = (await read("roentgen-lab-trials", String(id))) as { checkpoints: { last: { key: string } } };
    const record = (await read("roentgen-lab-checkpoints", trial.checkpoints.last.key)) as { header: string; bytes: ArrayBuffer };
    // As the bytes are, not as the header says they are.
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", record.bytes));
    const bytesSha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return { ...JSON.parse(record.header), bytesSha256 };
  }, trialId);
  const { step, bytesSha256, optimizerSteps, model, optimizer, average, epochs } = header;
  return {
    step,
    bytesSha256,
    optimizerSteps,
    arrays: JSON.stringify([model, optimizer, average]),
    epochs: epochs.map(({ seconds: _, ...epoch }: { seconds: number }) => epoch),
  };
}

/** Ends the training worker so many milliseconds after the next checkpoint was handed to IndexedDB. */
export async function endTrainWorkerWhileWriting(page: Page, delayMs: number): Promise<void> {
  await trainWorker(page).evaluate((delay) => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: { bytes?: ArrayBuffer }, key) {
      const request = put.call(this, value, key);
      if (value.bytes) setTimeout(() => self.close(), delay);
      return request;
    };
  }, delayMs);
}

/** The renderer dies, as where a tab crashes; resolves to another tab in its place. */
export async function crash(page: Page): Promise<Page> {
  const crashed = page.waitForEvent("crash");
  const session = await page.context().newCDPSession(page);
  session.send("Page.crash").catch(() => {});
  await crashed;
  const another = await openTab(page.context());
  await page.close();
  return another;
}

/** Another tab of the same browser, its page not loaded yet. */
export async function openTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await collectEvents(page);
  return page;
}

/** Waits for steps beyond those that the page has told of. */
export async function waitForSteps(page: Page, steps: number): Promise<void> {
  const seen = await countEvents(page, "step");
  await expect.poll(() => countEvents(page, "step"), { intervals: [20] }).toBeGreaterThanOrEqual(seen + steps);
}
