// A run of the small net on drawn films that no benchmark sees the end of.
import { acceptAdapter, goToStep, prepareFilms } from "../scripts/driveLab";
import type { OpenedLab } from "../scripts/openLab";
import { fill } from "../scripts/settingFlags";

/** Far more than there is time for. */
const EPOCHS = 1000;

/** Resolves once its first epoch has ended. */
export async function startLongRun({ page, waitFor }: OpenedLab, batch: string): Promise<void> {
  await acceptAdapter(page);
  await page.getByRole("button", { name: "Try with drawn films" }).click();
  await waitFor("indexed");
  await fill(page, "Image size", 32);
  // All films, so that an epoch has some steps.
  await goToStep(page, "Balance");
  await page.getByLabel("Balance", { exact: true }).selectOption("weight");
  await prepareFilms(page);
  await waitFor("prepared");
  await goToStep(page, "LR Find");
  await page.getByLabel("Architecture", { exact: true }).selectOption("densenet-mini");
  await fill(page, "Batch size", batch);
  await fill(page, "Epochs", EPOCHS);
  await goToStep(page, "Train");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await waitFor("epochEnd");
}
