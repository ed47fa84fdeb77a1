// DenseNet121 itself on real films, at the smallest size and on few of them: LR Find, an epoch, an AUROC, the weights. It learns little.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { eventsOf, expect, fill, goToStep, hasRealFilms, NO_REAL_FILMS, REAL_FILMS, test, waitForEvents } from "./support";

/** Films of each view, of training and of validation. */
const TAKEN = { train: 12, valid: 6 };

/** A dataset of the same layout with the first films of each view. */
function makeSubset(root: string): string {
  for (const [part, most] of Object.entries(TAKEN)) {
    const [header = "", ...rows] = readFileSync(join(REAL_FILMS, `${part}.csv`), "utf8")
      .trimEnd()
      .split("\n");
    const view = header.split(",").indexOf("AP/PA");
    const of = (wanted: string) => rows.filter((row) => row.split(",")[view] === wanted).slice(0, most);
    const taken = [...of("AP"), ...of("PA")];
    for (const row of taken) {
      const film = row.slice(0, row.indexOf(",")).split("/").slice(1).join("/");
      mkdirSync(dirname(join(root, film)), { recursive: true });
      cpSync(join(REAL_FILMS, film), join(root, film));
    }
    writeFileSync(join(root, `${part}.csv`), `${[header, ...taken].join("\n")}\n`);
  }
  return root;
}

test("DenseNet121 finds a rate, trains an epoch of real films, and gives its weights under torchvision's names", async ({
  lab,
}, info) => {
  test.skip(!hasRealFilms, NO_REAL_FILMS);
  test.setTimeout(600_000);
  const folder = makeSubset(info.outputPath("films"));
  await lab.getByLabel("Choose dataset folder", { exact: true }).setInputFiles(folder);
  await waitForEvents(lab, "indexed");
  await lab.getByLabel("Target", { exact: true }).selectOption("AP/PA");
  await lab.getByRole("checkbox", { name: "AP", exact: true }).setChecked(true);
  await lab.getByRole("checkbox", { name: "PA", exact: true }).setChecked(false);
  await lab.getByLabel("Validation share", { exact: true }).selectOption("own");
  await fill(lab, "Image size", 32);
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForEvents(lab, "prepared");

  await goToStep(lab, "LR Find");
  await expect(lab.getByLabel("Architecture", { exact: true })).toHaveValue("densenet121");
  await fill(lab, "Batch size", 2);
  await fill(lab, "Epochs", 1);
  await lab.getByRole("button", { name: "LR Find", exact: true }).click();
  const [finder] = await waitForEvents(lab, "finder", 1, 400_000);
  const losses = finder?.losses as number[];
  expect(losses.length).toBeGreaterThan(20);
  await expect(lab.getByRole("main")).toContainText(/About \d.*: 12 steps of .*, and validation/);

  await goToStep(lab, "Train");
  await fill(lab, "Max LR", "1e-3");
  await lab.getByRole("button", { name: "Train", exact: true }).click();
  await waitForEvents(lab, "trained");
  const steps = await eventsOf(lab, "step");
  expect(steps).toHaveLength(TAKEN.train);
  for (const { loss } of steps) expect(loss).toBeGreaterThan(0);
  const [epoch] = await eventsOf(lab, "epochEnd");
  expect(epoch).toMatchObject({ validLoss: expect.any(Number), auroc: expect.any(Number) });
  console.log(
    `DenseNet121, 32 px, ${TAKEN.train} steps of 2 real films: validation AUROC ${Number(epoch?.auroc).toFixed(3)} on ${2 * TAKEN.valid} films`,
  );

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
