// One run meets what can befall a tab, one thing after another. Each is said in a sentence and survived with Resume, and in the end the run
// has the bits of one that nothing befell.
import { test as base, type Page } from "@playwright/test";
import { button, type Kept, prepareSmallRun, readKept, reopen, trainWorker, waitForSteps, waitForTrained } from "./runSupport";
import { collectEvents, countEvents, eventsOf, expect, goToStep, prepareDrawnFilms, waitForCount } from "./support";

const test = base.extend<object, { lab: Page }>({
  lab: [
    async ({ browser }, use, { project }) => {
      const { baseURL = "", viewport = null } = project.use;
      const context = await browser.newContext({ baseURL, viewport });
      const page = await context.newPage();
      await collectEvents(page);
      await page.goto("/");
      await use(page);
      await context.close();
    },
    { scope: "worker" },
  ],
});

test.describe.configure({ mode: "serial" });

const main = (page: Page) => page.getByRole("main");
let expected: Kept;
let trialId: number;

/** Waits for the failure that comes next and is told under this code. */
async function meets(page: Page, code: string, befall: () => Promise<unknown>): Promise<void> {
  const before = await countEvents(page, "failed");
  await befall();
  await waitForCount(page, "failed", before + 1);
  expect((await eventsOf(page, "failed")).at(-1)).toMatchObject({ code });
}

async function resume(page: Page): Promise<void> {
  await button(page, "Resume").click();
  await waitForSteps(page, 3);
}

async function stop(page: Page): Promise<void> {
  const before = await countEvents(page, "stopped");
  await button(page, "Stop").click();
  await waitForCount(page, "stopped", before + 1);
}

test("a run that nothing befalls, to compare with", async ({ lab }) => {
  await prepareSmallRun(lab, { batchSize: 8, checkpointEverySteps: 3 });
  await button(lab, "Train").click();
  const whole = await waitForTrained(lab);
  expected = await readKept(lab, whole.id);
  trialId = whole.id + 1;
  await reopen(lab);
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "Train");
  await button(lab, "Train").click();
  await waitForSteps(lab, 4);
});

test("the worker throws: another takes its place", async ({ lab }) => {
  await meets(lab, "workerLost", () =>
    trainWorker(lab).evaluate(() => {
      setTimeout(() => {
        throw new Error("made to fail");
      });
    }),
  );
  await expect(main(lab).getByRole("alert").first()).toContainText("The training worker was lost");
  await goToStep(lab, "Trials");
  await expect(lab.getByRole("row", { name: `Tick trial ${trialId} ` })).toContainText("interrupted");
  await goToStep(lab, "Train");
  await resume(lab);
});

test("the device is destroyed: another is opened", async ({ lab }) => {
  await meets(lab, "deviceLost", () =>
    trainWorker(lab).evaluate(() => {
      const { prototype } = GPUDevice;
      const { createCommandEncoder } = prototype;
      prototype.createCommandEncoder = function (this: GPUDevice, ...given) {
        prototype.createCommandEncoder = createCommandEncoder;
        this.destroy();
        return createCommandEncoder.apply(this, given);
      };
    }),
  );
  await expect(main(lab).getByRole("alert").first()).toContainText("The graphics card was lost");
  await resume(lab);
});

test("storage is full when a checkpoint is written: the one before it stays, and once there is room the run goes on", async ({
  lab,
}) => {
  const session = await lab.context().newCDPSession(lab);
  const { origin } = new URL(lab.url());
  await stop(lab);
  // Where it was stopped at an epoch's end, its validation comes before the next checkpoint, and no step.
  const done = async () => (await countEvents(lab, "step")) + (await countEvents(lab, "epochEnd"));
  const before = await done();
  // A browser that found room goes by that for a while.
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
  await expect.poll(() => isFull(lab)).toBe(true);
  // Enough for what is written of a trial, and too little for a checkpoint.
  const { usage = 0 } = await lab.evaluate(() => navigator.storage.estimate());
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + 2 ** 16 });
  await meets(lab, "storageFull", () => button(lab, "Resume").click());
  expect(await done()).toBeGreaterThan(before);
  await expect(main(lab)).toContainText(/The checkpoint of step \d+ is kept; Resume goes on from it/);
  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await resume(lab);
});

test("the last checkpoint is damaged: the one before it is used, and that is said", async ({ lab }) => {
  await stop(lab);
  const step = await damageLastCheckpoint(lab, trialId);
  await reopen(lab);
  await goToStep(lab, "Train");
  await resume(lab);
  await expect(main(lab)).toContainText(`The checkpoint at step ${step} is damaged`);
  expect((await eventsOf(lab, "step"))[0]?.step).toBeLessThan(step);
});

test("the prepared films are deleted: prepared again they are found again, and the same trial goes on", async ({ lab }) => {
  const deleteFilms = () =>
    lab.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("films", { recursive: true }));
  await deleteFilms();
  // What it has read already may carry it on; it ends at the latest when it is begun again.
  await stop(lab);
  await meets(lab, "filmsNotPrepared", () => button(lab, "Resume").click());
  await expect(main(lab).getByRole("alert").first()).toContainText("press “Prepare films”: then a trial goes on with Resume");
  await reopen(lab);
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "Train");
  await resume(lab);
});

test("in the end it has the bits of the run that nothing befell", async ({ lab }) => {
  await waitForCount(lab, "trained", 1);
  expect(await readKept(lab, trialId)).toEqual(expected);
});

/** Whether the browser refuses a megabyte. */
function isFull(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open("room");
        opening.onupgradeneeded = () => opening.result.createObjectStore("room");
        opening.onerror = () => resolve(true);
        opening.onsuccess = () => {
          const writing = opening.result.transaction("room", "readwrite");
          writing.objectStore("room").put(new Uint8Array(2 ** 20), "a megabyte");
          const end = (full: boolean) => {
            opening.result.close();
            resolve(full);
          };
          writing.oncomplete = () => end(false);
          writing.onabort = () => end(true);
        };
      }),
  );
}

/** Turns one bit of the trial's last checkpoint, and returns its step. */
function damageLastCheckpoint(page: Page, trial: number): Promise<number> {
  return page.evaluate(async (id) => {
    const inStore = <Value>(database: string, work: (store: IDBObjectStore) => IDBRequest<Value>) =>
      new Promise<Value>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction("values", "readwrite");
          const request = work(transaction.objectStore("values"));
          transaction.oncomplete = () => {
            opening.result.close();
            resolve(request.result);
          };
        };
      });
    const { checkpoints } = await inStore("roentgen-lab-trials", (store) => store.get(String(id)));
    const { key, step } = checkpoints.last;
    const record = await inStore("roentgen-lab-checkpoints", (store) => store.get(key));
    const bytes = new Uint8Array(record.bytes);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    await inStore("roentgen-lab-checkpoints", (store) => store.put(record, key));
    return step;
  }, trial);
}
