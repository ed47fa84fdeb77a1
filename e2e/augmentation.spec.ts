// Augmentation as a person meets it: set and looked at before a run, the same to the bit after a reload amid it, and at evaluation.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { acceptAdapter } from "../scripts/driveLab";
import { eventsOf, expect, fill, goToStep, prepareDrawnFilms, status, test, waitForEvents } from "./support";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function download(page: Page, name: string): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  return readFileSync(await file.path());
}

/** A safetensors file without its header, which says of which trial it is. */
const arraysOf = (file: Buffer) => file.subarray(8 + Number(file.readBigUInt64LE()));

/** What is drawn of the films that are shown. */
const pictures = (page: Page) =>
  page
    .getByRole("img", { name: /^6 films as the network sees them in epoch/ })
    .locator("canvas")
    .evaluateAll((canvases) => canvases.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));

test("films are moved, lit and blended as they were shown, and a run torn off amid an epoch ends with the same weights", async ({
  lab,
}) => {
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "Train");
  await lab.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await fill(lab, "Batch size", 8);
  await fill(lab, "Epochs", 2);
  await fill(lab, "Max LR", "3e-3");
  const group = lab.getByRole("group").filter({ hasText: "Augmentation" });
  await expect(group.locator("summary")).toContainText("off");
  await group.locator("summary").click();
  await expect.poll(async () => new Set(await pictures(lab)).size, "six films as they are").toBe(6);
  const still = await pictures(lab);

  await button(lab, "Use fastai's").click();
  await fill(lab, "Mixup", "0.4");
  await expect(group.locator("summary")).toContainText("rotate 10°, zoom 1.1, lighting 0.2, contrast 0.2, warp 0.2, mixup 0.4");
  await expect(lab.getByLabel("Flip left to right")).not.toBeChecked();
  await expect(group).toContainText("The heart would change sides");
  await expect.poll(async () => (await pictures(lab)).filter((one) => still.includes(one))).toEqual([]);
  const first = await pictures(lab);
  await button(lab, "Other ones").click();
  await expect(lab.getByRole("img", { name: "6 films as the network sees them in epoch 2" })).toBeVisible();
  await expect.poll(async () => (await pictures(lab)).filter((one) => first.includes(one))).toEqual([]);

  await button(lab, "Train").click();
  await waitForEvents(lab, "epochEnd");
  const stepsPerEpoch = (await eventsOf(lab, "step")).filter(({ epoch }) => epoch === 0).length;
  await waitForEvents(lab, "step", stepsPerEpoch + 2);
  await lab.reload();
  await acceptAdapter(lab);
  await expect(status(lab)).toContainText("Resume goes on from there");
  await button(lab, "Resume").click();
  await waitForEvents(lab, "trained");
  const trial = JSON.parse((await download(lab, "Download trial")).toString());
  expect(trial.settings).toMatchObject({
    rotate: 10,
    zoom: 1.1,
    lighting: 0.2,
    contrast: 0.2,
    warp: 0.2,
    flip: false,
    mixup: 0.4,
  });
  const interrupted = arraysOf(await download(lab, "Download weights"));

  await goToStep(lab, "Evaluate");
  await button(lab, "Evaluate").click();
  const [plain] = await waitForEvents(lab, "evaluated");
  expect(plain).toMatchObject({ views: null, auroc: trial.epochs.at(-1).auroc });
  await lab.getByLabel("Test-time augmentation", { exact: true }).selectOption("4 views");
  await button(lab, "Evaluate").click();
  const viewed = (await waitForEvents(lab, "evaluated", 2))[1];
  expect(viewed).toMatchObject({ views: { count: 4, augmentation: "chosen" }, films: plain?.films });
  expect(viewed?.loss).not.toBe(plain?.loss);
  await expect(lab.getByRole("main")).toContainText("averaged over 4 views by the chosen augmentation");

  // The same trial anew, and nothing comes between.
  await goToStep(lab, "Dataset");
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "Train");
  await button(lab, "Train").click();
  await waitForEvents(lab, "trained", 2);
  expect(JSON.parse((await download(lab, "Download trial")).toString()).steps).toEqual(trial.steps);
  expect(arraysOf(await download(lab, "Download weights")).equals(interrupted)).toBe(true);
});
