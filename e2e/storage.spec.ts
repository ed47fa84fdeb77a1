// What the browser keeps, as a person deals with it: a whole trial taken away and brought back, prepared films removed and prepared again.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { prepareSmallRun, type TrainedTrial } from "./runSupport";
import { dropFile, eventsOf, expect, expectAccessible, goToStep, status, test, waitForCount, waitForEvents } from "./support";

/** Trains a new trial until it has gone a few steps beyond its first checkpoint, and stops it there. */
async function trainAndStop(lab: Page): Promise<number> {
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  const [kept] = await waitForEvents(lab, "checkpoint");
  await waitForEvents(lab, "step", Number(kept?.step) + 3);
  await lab.getByRole("button", { name: "Stop", exact: true }).click();
  const [stopped] = await waitForEvents(lab, "stopped");
  const trial = stopped?.trial as TrainedTrial | undefined;
  return trial?.stepsDone ?? 0;
}

async function download(lab: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const coming = lab.waitForEvent("download");
  await lab.getByRole("button", { name: button, exact: true }).click();
  const file = await coming;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** A safetensors file's arrays; its metadata names the trial. */
const arraysOf = (bytes: Buffer) => bytes.subarray(8 + Number(bytes.readBigUInt64LE()));

test("a trial that is exported, deleted and imported goes on to the bits of one that never stopped", async ({ lab }) => {
  // So long that it cannot end before it is stopped.
  await prepareSmallRun(lab, { epochs: 6 });
  const stoppedAt = await trainAndStop(lab);

  await goToStep(lab, "Trials");
  const exported = await download(lab, "Export trial 1");
  expect(exported.name).toBe("trial-1.roentgen");
  await lab.getByRole("button", { name: "Delete trial 1" }).click();
  await expect(status(lab)).toContainText("Trial 1 is deleted. Undo brings it back.");

  const damaged = Buffer.from(exported.bytes);
  damaged[damaged.length - 99]! ^= 1;
  await goToStep(lab, "Dataset");
  await dropFile(lab, exported.name, damaged);
  await expect(lab.getByRole("alert")).toContainText("trial-1.roentgen is damaged");
  await dropFile(lab, exported.name, exported.bytes);
  await waitForCount(lab, "imported", 1);
  await expect(lab.getByRole("main")).toContainText("trial-1.roentgen, was trial 1");
  const [imported] = await eventsOf(lab, "imported");
  // The refused file took a number, which is not given out again.
  expect(imported?.trial).toMatchObject({ id: 3, state: "stopped", stepsDone: stoppedAt });
  const atOnce = await download(lab, "Weights of trial 3");
  expect(atOnce.name).toBe("trial-3.safetensors");

  const before = (await eventsOf(lab, "step")).length;
  await lab.getByRole("button", { name: "Continue trial 3", exact: true }).click();
  await waitForCount(lab, "trained", 1);
  expect((await eventsOf(lab, "step"))[before]?.step, "goes on where it was stopped").toBe(stoppedAt);
  const resumed = await download(lab, "Download weights");

  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForCount(lab, "trained", 2);
  const uninterrupted = await download(lab, "Download weights");
  expect([resumed.name, uninterrupted.name]).toEqual(["trial-3.safetensors", "trial-4.safetensors"]);
  expect(arraysOf(resumed.bytes).equals(arraysOf(uninterrupted.bytes)), "the same bits").toBe(true);
  expect(arraysOf(resumed.bytes).equals(arraysOf(atOnce.bytes)), "and not those it came with").toBe(false);
});

test("prepared films are counted, kept while they are used, removed with a word on what that means, and prepared again", async ({
  lab,
}) => {
  await prepareSmallRun(lab);
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "checkpoint");
  // Paused, it uses its films for as long as this takes.
  await lab.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(status(lab)).toContainText("Paused after step");

  await goToStep(lab, "Trials");
  const films = lab.getByRole("table").filter({ hasText: "prepared films" });
  await expect(films).toContainText("32 px, stretched");
  await expect(lab.getByRole("main")).toContainText("Left for this page");
  const ask = films.getByRole("button", { name: "Remove films of 32 px, stretched" });
  await ask.press("Enter");
  await expect(films.getByRole("button", { name: "Keep them" })).toBeFocused();
  await expectAccessible(lab, "a run paused, films asked to be removed");
  await lab.keyboard.press("Escape");
  await expect(ask).toBeFocused();
  const remove = async () => {
    await ask.click();
    await expect(films).toContainText("Trial 1 was trained on these films. Its curves and weights stay");
    await films.getByRole("button", { name: "Remove for good" }).click();
  };
  await remove();
  await expect(lab.getByRole("alert")).toContainText("These films are in use");
  await goToStep(lab, "Train");
  await lab.getByRole("button", { name: "Stop", exact: true }).click();
  await waitForCount(lab, "stopped", 1);

  await goToStep(lab, "Trials");
  await remove();
  await expect(status(lab)).toContainText("prepared films removed");
  await expect(films).toBeHidden();
  const bundle = lab.getByRole("button", { name: /^PyTorch with films .* of trial 1$/ });
  await expect(bundle).toBeDisabled();
  await lab.getByRole("button", { name: "Continue trial 1", exact: true }).click();
  await expect(lab.getByRole("alert")).toContainText("no longer in the browser's storage");
  await expect(lab.getByRole("button", { name: "Train", exact: true })).toBeDisabled();

  await goToStep(lab, "Dataset");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForCount(lab, "prepared", 2);
  await goToStep(lab, "Trials");
  await expect(bundle).toBeEnabled();
  await lab.getByRole("button", { name: "Continue trial 1", exact: true }).click();
  await waitForCount(lab, "trained", 1);
});
