// Two trials side by side, as a person compares them: who is better on the same films, the curves, and what was set otherwise.
import { prepareSmallRun, trainTwoAndTick } from "./runSupport";
import { expect, expectAccessible, status, test } from "./support";

test("two trials are compared on the films that both validated on, against the one or the other", async ({ lab }) => {
  await prepareSmallRun(lab, { maxLr: 1e-3 });
  await trainTwoAndTick(lab);
  await lab.getByRole("button", { name: "Compare", exact: true }).click();
  await expect(lab.getByRole("heading", { level: 1 })).toHaveText("Trials 1 and 2");
  await expect(status(lab)).toContainText("Trials are compared with trial 1.");
  const verdict = lab.getByRole("listitem").filter({ hasText: /on the same \d+ films/ });
  await expect(verdict).toHaveText(/trial 2|Trial 2/);
  await expect(verdict).toHaveText(/\(−?0\.\d{3} to −?0\.\d{3}, p [=<] 0?\.?[\d.]+\)/);
  const table = lab.getByRole("table", { name: "AUROC of each trial, and how far it is from the baseline's" });
  await expect(table.getByRole("row").nth(1)).toContainText("1, baseline");
  const difference = () => table.getByRole("row").nth(2).getByRole("cell").nth(4).innerText();
  const before = await difference();
  expect(before).toMatch(/^−?0\.\d{3} \(/);

  await lab.getByLabel("Baseline", { exact: true }).selectOption("Trial 2");
  await expect(status(lab)).toContainText("Trials are compared with trial 2.");
  await expect(table.getByRole("row").nth(1)).toContainText("2, baseline");
  // The same difference the other way round.
  const sizeOf = (cell: string) => cell.split(" ")[0]?.replace("−", "");
  expect(sizeOf(await difference())).toBe(sizeOf(before));

  const settings = lab.getByRole("table", { name: "Settings, data and versions that differ" });
  await expect(settings.getByRole("row")).toHaveText(["whattrial 1trial 2", "Max LR1e-31e-2"]);

  await expectAccessible(lab, "compared");
  for (const name of ["Loss compared", "AUROC compared", "Learning rate compared"]) {
    const figure = lab.getByRole("figure", { name });
    await figure.getByRole("button", { name: "Show as table" }).click();
    const rows = figure.getByRole("row");
    await expect(rows, "two epochs").toHaveCount(3);
    await expect(rows.nth(2).getByRole("cell").last(), name).toHaveText(/\d/);
  }
  await expectAccessible(lab, "compared, as tables");
  await lab.setViewportSize({ width: 390, height: 844 });
  expect(await lab.evaluate(() => document.documentElement.scrollWidth), "nothing is cut off").toBe(390);

  await lab.getByRole("button", { name: "Back to all trials" }).press("Enter");
  await expect(lab.getByRole("heading", { level: 1 })).toHaveText("Trials");
  await expect(lab.getByRole("heading", { level: 1 })).toBeFocused();
});
