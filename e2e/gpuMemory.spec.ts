// GPU memory as a person meets it: a forecast beside the batch, the largest batch in one action, and nothing that does not fit begins.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { reopen } from "./runSupport";
import {
  eventsOf,
  expect,
  expectAccessible,
  fill,
  goToStep,
  prepareDrawnFilms,
  status,
  test,
  waitForCount,
  waitForEvents,
} from "./support";

const main = (page: Page) => page.getByRole("main");
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name, exact: typeof name === "string" });

/** A software adapter has as much memory as the machine: the driver's word for none is put in its mouth, until it is taken back. */
async function runOutOfMemory(page: Page): Promise<void> {
  await trainWorker(page).evaluate(() => {
    const { prototype } = GPUDevice;
    const { popErrorScope } = prototype;
    prototype.popErrorScope = async function (this: GPUDevice) {
      await popErrorScope.call(this);
      return new GPUOutOfMemoryError("none left");
    };
    Object.assign(globalThis, { giveMemoryBack: () => void Object.assign(prototype, { popErrorScope }) });
  });
}

const giveMemoryBack = (page: Page) =>
  trainWorker(page).evaluate(() => (globalThis as unknown as { giveMemoryBack(): void }).giveMemoryBack());

function trainWorker(page: Page) {
  const worker = page.workers().find((one) => one.url().includes("train.worker"));
  if (!worker) throw new Error("no training worker");
  return worker;
}

async function openEngine(page: Page): Promise<void> {
  await page.getByText("Engine and memory").click();
}

test("the forecast follows batch and size, picks the largest batch, and offers ways out where one does not fit", async ({
  lab,
}) => {
  await prepareDrawnFilms(lab, 64);
  // Where the size is chosen, the batch that is set is forecast.
  await expect(main(lab)).toContainText(
    /DenseNet121 at 64 px, batch of 16: \d+\sMiB of a [\d.]+\sGiB budget; up to \d+ films fit/,
  );

  await goToStep(lab, "LR Find");
  await openEngine(lab);
  await fill(lab, "GPU budget", 256);
  await expect(main(lab)).toContainText(/of a 256\sMiB budget/);
  for (const part of ["Weights", "Moments", "Features", "Gradients", "Scratch and films"]) {
    await expect(main(lab).getByRole("term").filter({ hasText: part })).toBeVisible();
  }
  await expect(main(lab)).toContainText("known after the first steps of LR Find");

  const largest = button(lab, /^Use the largest batch that fits/);
  const most = Number(/\((\d+)\)/.exec((await largest.textContent()) ?? "")?.[1]);
  await largest.click();
  await expect(lab.getByLabel("Batch size", { exact: true })).toHaveValue(String(most));
  await expect(largest).toHaveCount(0);

  const tooMany = most + 1;
  await fill(lab, "Batch size", tooMany);
  await expect(main(lab).getByRole("status")).toContainText(`A batch of ${tooMany} does not fit the GPU budget`);
  await expect(main(lab)).toContainText(
    new RegExp(`a batch of ${tooMany} to the optimiser, and of (\\d+ to )?\\d+ to BatchNorm`),
  );
  await expect(button(lab, "LR Find")).toBeDisabled();
  await goToStep(lab, "Train");
  await expect(button(lab, "Train")).toBeDisabled();

  await button(lab, new RegExp(`^Keep the batch of ${tooMany}, in passes of `)).click();
  await expect(button(lab, "Train")).toBeEnabled();
  await expect(lab.getByLabel("Batch size", { exact: true })).toHaveValue(String(tooMany));
  await openEngine(lab);
  await fill(lab, "Films per pass", "");
  await expect(button(lab, "Train")).toBeDisabled();
  await button(lab, /^Raise the budget to /).click();
  await expect(button(lab, "Train")).toBeEnabled();
  await expect(lab.getByLabel("GPU budget", { exact: true })).toHaveValue("512");
  await fill(lab, "Batch size", 600);
  await button(lab, /^Use the largest batch that fits/).click();
  await expect(button(lab, "Train")).toBeEnabled();
  await expect(main(lab)).not.toContainText("does not fit");

  // Faster than the forecast follows: what is not known to fit is asked for before it begins.
  await fill(lab, "GPU budget", 128);
  await button(lab, "Train").click({ force: true });
  const [refused] = await waitForEvents(lab, "failed");
  expect(refused).toMatchObject({ code: "overBudget" });
  await expect(status(lab)).toContainText("and the budget is 128");
  expect(await eventsOf(lab, "step")).toEqual([]);
});

/** A software adapter is held to a quick selection of the checks. */
async function checkGpu(page: Page): Promise<void> {
  await expect(page.getByRole("banner")).toContainText("not checked");
  await button(page, "Check this GPU").click();
  await expect(button(page, "LR Find")).toBeDisabled();
  const [checked] = await waitForEvents(page, "gpuChecked");
  expect(checked).toMatchObject({ scope: "quick", passed: true, failed: [] });
  await expect(main(page)).toContainText("This graphics card computes what the lab expects");
  await expect(page.getByRole("banner")).not.toContainText("not checked");
  await main(page).getByText("Limits", { exact: true }).click();
  await expect(main(page)).toContainText(/Largest buffer\s*[\d.]+\sGiB/);
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Download report").click()]);
  const report = JSON.parse(readFileSync(await file.path(), "utf8"));
  expect(report.parts).toContainEqual(expect.objectContaining({ name: "convolve3x3", failures: [] }));
  expect(report.speed.forecasts.map(({ arch }: { arch: string }) => arch)).toEqual(["densenet121", "densenet161"]);
  expect(report.limits.maxBufferSize).toBeGreaterThan(0);
}

/** As if the check that is kept had found a kernel wrong, and the plain model right. */
const failKeptCheck = (page: Page) =>
  page.evaluate(async () => {
    const done = <Result>(request: IDBRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("roentgen-lab-gpu-checks"));
    const store = database.transaction("values", "readwrite").objectStore("values");
    const [key] = await done(store.getAllKeys());
    const report = await done(store.get(key as string));
    await done(store.put({ ...report, passed: false, failed: ["head"], verdict: "It fails." }, key));
    database.close();
  });

test("a card is checked, and the trial keeps that; memory that runs out names ways out that work: a smaller setting, and for a trial a budget to go on within", async ({
  lab,
}) => {
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "LR Find");
  await lab.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await fill(lab, "Batch size", 16);
  await fill(lab, "Epochs", 1);
  await openEngine(lab);
  await expect(lab.getByLabel("Subgroups", { exact: true })).toBeDisabled();
  await checkGpu(lab);
  // Software adapters have subgroups, and no halves to multiply.
  await expect(lab.getByLabel("Arithmetic", { exact: true })).toBeDisabled();
  await expect(main(lab)).toContainText("cannot multiply in halves (WebGPU's shader-f16)");
  await lab.getByLabel("Subgroups", { exact: true }).selectOption("on");
  await runOutOfMemory(lab);
  await button(lab, "LR Find").click();
  const [failed] = await waitForEvents(lab, "failed");
  expect(failed).toMatchObject({ code: "outOfGpuMemory", at: "Films per pass" });
  await expect(lab.getByRole("alert")).toContainText("set Films per pass to 8, which keeps the Batch size of 16");

  await giveMemoryBack(lab);
  await fill(lab, "Films per pass", 8);
  await lab.getByLabel("Activations", { exact: true }).selectOption("f16");
  await fill(lab, "GPU budget", 2048);
  await button(lab, "LR Find").click();
  await expect(main(lab)).toContainText(/About \d+\s(s|min).*: \d+ steps of (\d+\sms|[\d.]+\ss), and validation/);
  await expect(lab.getByRole("banner")).toContainText(/of 2\sGiB/);
  await waitForCount(lab, "finder", 1);

  await goToStep(lab, "Train");
  await runOutOfMemory(lab);
  await button(lab, "Train").click();
  await expect(lab.getByRole("alert")).toContainText(/and resume\. Or begin a new trial.* with Films per pass 4/);
  await giveMemoryBack(lab);
  await openEngine(lab);
  await fill(lab, "GPU budget", 1024);
  await button(lab, "Resume").click();
  await waitForCount(lab, "trained", 1);

  const [file] = await Promise.all([lab.waitForEvent("download"), button(lab, "Download trial").click()]);
  const json = JSON.parse(readFileSync(await file.path(), "utf8"));
  expect(json.settings).toMatchObject({
    engine: "fused",
    activations: "f16",
    subgroups: true,
    filmsPerPass: 8,
    gpuBudgetMiB: 1024,
  });
  expect(json).toMatchObject({ gpuBudgetBytes: 2 ** 30, adapter: { name: expect.any(String) } });
  expect(json.gpuCheck).toMatchObject({ passed: true, adapter: json.adapter.name, features: { subgroups: true } });
  await goToStep(lab, "Trials");
  await lab.getByText("All settings").click();
  for (const words of [
    /batch of \d+ in passes of 8/,
    /Engine\s*fused/,
    /Activations\s*f16/,
    /Graphics card.*1\sGiB/,
    /Card check\s*checked/,
  ]) {
    await expect(main(lab)).toContainText(words);
  }

  await failKeptCheck(lab);
  await reopen(lab);
  const warning = main(lab).getByRole("status").filter({ hasText: "This graphics card failed its check" });
  await goToStep(lab, "Train");
  await expectAccessible(lab, "a card that failed its check");
  await button(lab, "Use the plain model").click();
  await expect(warning).toHaveCount(0);
  await openEngine(lab);
  await expect(lab.getByLabel("Engine", { exact: true })).toHaveValue("stock");
  // The trial's own engine is not changed by that.
  await goToStep(lab, "Evaluate");
  await expect(warning).toBeVisible();
});
