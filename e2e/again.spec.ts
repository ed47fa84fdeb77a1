// A trial is run again from its downloaded file: to the bit where all is the same, and with what is not named before it starts.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "@playwright/test";
import { encode } from "fast-png";
import { FASTAI_AUGMENTATION } from "../src/protocol/settings";
import { prepareSmallRun, reopen, settle, waitForTrained } from "./runSupport";
import { dropFile, dropFolder, expect, fill, goToStep, test, waitForEvents } from "./support";

async function download(page: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  return readFileSync(await file.path());
}

const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** As on a machine where the lab never was. */
async function clearStorage(page: Page): Promise<void> {
  await page.goto("/icon.svg");
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin: new URL(page.url()).origin, storageTypes: "all" });
  await session.detach();
  await reopen(page);
}

const train = (page: Page) => page.getByRole("button", { name: "Train", exact: true }).click();

test("a trial is repeated to the bit from its file, where nothing else of it is left", async ({ lab }) => {
  await prepareSmallRun(lab, {
    ...FASTAI_AUGMENTATION,
    mixup: 0.4,
    freshEachEpoch: true,
    freezeEpochs: 1,
    averageDecay: 0.9,
    maxLr: 0.02,
    seed: 3,
  });
  await train(lab);
  await waitForTrained(lab);
  const [file, weights] = [await download(lab, "Download trial"), await download(lab, "Download weights")];

  await clearStorage(lab);
  await dropFile(lab, "trial-1.json", file);
  const notice = lab.getByRole("status").filter({ hasText: "trial-1 is run again" });
  await expect(notice).toContainText("Open the dataset: Drawn films, 1,200 films, label file");
  await reopen(lab);
  await expect(notice, "what was taken is kept").toContainText("Open the dataset: Drawn films, 1,200 films, label file");
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await expect(notice).toContainText("Prepare the films");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await expect(notice).toContainText("Nothing differs: on this adapter the trial will be repeated to the bit.");
  await goToStep(lab, "Train");
  await fill(lab, "Max LR", 0.01);
  await expect(notice).toContainText("Max LR: 0.02 in the file, 0.01 here.");
  await fill(lab, "Max LR", 0.02);
  await expect(notice).toContainText("Nothing differs");
  await train(lab);
  await waitForTrained(lab);
  await expect(lab.getByText("trial-1 is repeated to the bit").first()).toBeVisible();
  expect(hash(await download(lab, "Download weights"))).toBe(hash(weights));
  const again = JSON.parse((await download(lab, "Download trial")).toString());
  const { steps, epochs } = JSON.parse(file.toString());
  expect(again).toMatchObject({
    again: { trial: "trial-1", differences: [], outcome: { steps: steps.length, epochs: epochs.length, first: null } },
    steps,
  });
});

/** 24 small films of as many patients, and a label CSV in which the last film is positive or not. */
function makeFolder(root: string, last: "1.0" | "0.0"): string {
  const lines = Array.from({ length: 24 }, (_, i) => {
    const path = `train/patient${String(i).padStart(5, "0")}/study1/view1_frontal.png`;
    const data = Uint8Array.from({ length: 40 * 40 }, (_, pixel) => (pixel * (i + 3)) % 256);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), encode({ width: 40, height: 40, channels: 1, depth: 8, data }));
    return `${path},Male,50,Frontal,AP,${i === 23 ? last : i % 2 ? "1.0" : "0.0"}`;
  });
  writeFileSync(join(root, "train.csv"), ["Path,Sex,Age,Frontal/Lateral,AP/PA,Cardiomegaly", ...lines, ""].join("\n"));
  return root;
}

test("with another label file the trial is told from what is here line by line, and a damaged file of it is refused", async ({
  lab,
}, info) => {
  const settings = { batchSize: 4, epochs: 2, validation: 0.25, balance: "none", maxLr: 0.01, imageSize: 32 } as const;
  await settle(lab, settings);
  await dropFolder(lab, makeFolder(info.outputPath("then", "films"), "1.0"));
  await waitForEvents(lab, "counted");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForEvents(lab, "prepared");
  await goToStep(lab, "Train");
  await train(lab);
  await waitForTrained(lab);
  const file = await download(lab, "Download trial");
  const { dataset, steps } = JSON.parse(file.toString());
  await goToStep(lab, "Trials");
  const pick = (bytes: Buffer) =>
    lab.getByLabel("Run a trial again").setInputFiles({ name: "trial-1.json", mimeType: "application/json", buffer: bytes });
  await pick(file.subarray(0, 900));
  await expect(lab.getByRole("alert")).toContainText("“trial-1.json” cannot be run again: it is damaged or was cut off");

  await clearStorage(lab);
  await goToStep(lab, "Trials");
  await pick(file);
  await expect(lab.getByRole("status").filter({ hasText: "trial-1 is run again" })).toContainText(
    "Open the dataset: films, 24 films",
  );

  await dropFolder(lab, makeFolder(info.outputPath("now", "films"), "0.0"));
  await waitForEvents(lab, "takenOver");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const told = (await waitForEvents(lab, "differences")).at(-1)?.differences as string[];
  expect(told[0]).toMatch(/^Label file train\.csv: SHA-256 [0-9a-f]{12}… in the file, SHA-256 [0-9a-f]{12}… here\.$/);
  expect(told[0]).toContain(dataset.csvSha256.slice(0, 12));
  expect(told[1]).toContain(`Fingerprint of the prepared films and their labels: ${dataset.contents.fingerprint} in the file`);
  expect(told.slice(2).join("\n")).toMatch(/^(Films to (train on|validate with), (positive|negative): .*\n?)+$/);
  await expect(lab.getByRole("status").filter({ hasText: "so that the bits may be others" })).toContainText(
    "Label file train.csv",
  );

  await goToStep(lab, "Train");
  await train(lab);
  await waitForTrained(lab);
  await expect(lab.getByText(`${told.length} differences when it began:`)).toBeVisible();
  const { again, steps: now } = JSON.parse((await download(lab, "Download trial")).toString());
  const first = steps.findIndex(({ loss }: { loss: number }, at: number) => loss !== now[at].loss);
  expect(again).toMatchObject({ trial: "trial-1", file: "trial-1.json", differences: told });
  if (first >= 0)
    expect(again.outcome.first).toMatchObject({ of: "step", at: first, was: steps[first].loss, is: now[first].loss });
  else expect(again.outcome.first).toMatchObject({ of: "epoch" });
  await expect(lab.getByText("trial-1 is not repeated to the bit").first()).toBeVisible();
});
