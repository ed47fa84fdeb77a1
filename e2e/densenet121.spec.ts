// DenseNet121 on the stock operations, at the smallest size: slow on a software adapter, so it takes a few steps and is stopped.
import { readFileSync } from "node:fs";
import { expect, fill, goToStep, prepareDrawnFilms, test, waitForEvents } from "./support";

test("DenseNet121 takes steps, stops when asked, and gives its weights under torchvision's names", async ({ lab }) => {
  test.setTimeout(600_000);
  await prepareDrawnFilms(lab, 32);
  await goToStep(lab, "LR Find");
  await lab.getByLabel("Architecture", { exact: true }).selectOption("densenet121");
  await fill(lab, "Batch size", 2);
  await fill(lab, "Epochs", 1);
  await goToStep(lab, "Train");
  await fill(lab, "Max LR", "1e-3");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  const steps = await waitForEvents(lab, "step", 2, 500_000);
  for (const { loss } of steps) expect(loss).toBeGreaterThan(0);
  await lab.getByRole("button", { name: "Stop", exact: true }).click();
  await waitForEvents(lab, "stopped");

  const [file] = await Promise.all([
    lab.waitForEvent("download"),
    lab.getByRole("button", { name: "Download weights", exact: true }).click(),
  ]);
  const bytes = readFileSync(await file.path());
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString("utf8"));
  expect(header["features.conv0.weight"]).toMatchObject({ dtype: "F32", shape: [64, 3, 7, 7] });
  expect(header["features.denseblock4.denselayer16.conv2.weight"].shape).toEqual([32, 128, 3, 3]);
  expect(header["classifier.weight"].shape).toEqual([1, 1024]);
  expect(header.__metadata__).toMatchObject({ architecture: "densenet121", imageSize: "32" });
});
