// What a network learnt, as a reader looks at it: an operating point, a prevalence, groups, and from film to film to a doubtful label.
import type { Page } from "@playwright/test";
import { button, prepareSmallRun, waitForTrained } from "./runSupport";
import { eventsOf, expect, expectAccessible, fill, goToStep, test, waitForEvents } from "./support";

const rate = async (lab: Page, name: RegExp) =>
  Number(
    await lab
      .getByRole("table", { name: "What the operating point comes to" })
      .getByRole("row", { name })
      .getByRole("cell")
      .nth(1)
      .innerText(),
  );

test("an evaluation is read at an operating point, by group and film by film, and a doubtful film is left out of the next trial", async ({
  lab,
}) => {
  await prepareSmallRun(lab, { epochs: 3, maxLr: 0.01, balance: "weight" });
  await button(lab, "Train").click();
  await waitForEvents(lab, "step");
  await expectAccessible(lab, "a run under way");
  await waitForTrained(lab);
  await expectAccessible(lab, "a run at its end");
  await goToStep(lab, "Evaluate");
  await button(lab, "Evaluate").click();
  const [evaluated] = await waitForEvents(lab, "evaluated");
  const main = lab.getByRole("main");
  await expect(main).toContainText("from drawing patients with all their films");

  await button(lab, "sensitivity 0.95").click();
  await expect.poll(() => rate(lab, /^sensitivity/)).toBeGreaterThanOrEqual(0.95);
  const slider = lab.getByRole("slider", { name: "Operating point" });
  await slider.press("End");
  await expect.poll(() => rate(lab, /^specificity/)).toBe(0);
  await slider.press("Home");
  await expect.poll(() => rate(lab, /^sensitivity/)).toBe(0);
  await expect(slider).toHaveAttribute("aria-valuetext", /, 0 of \d+ films called positive$/);

  // Of all films called positive as many are as there are positives: here, and where they are rare.
  await slider.press("End");
  await fill(lab, "Prevalence where it is used", 2);
  await expect.poll(() => rate(lab, /^PPV at a prevalence/)).toBe(0.02);
  expect(await rate(lab, /^PPV among/)).toBeGreaterThan(0.2);

  await expectAccessible(lab, "an evaluation, a film with its map");
  await expect(lab.getByRole("table", { name: "Figures by group" })).toContainText("sex: ");
  await lab.getByRole("figure", { name: "ROC curve" }).getByRole("button", { name: "Show as table" }).click();
  await expect(lab.getByRole("table", { name: "ROC curve" })).toBeVisible();
  await lab.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(lab, "an evaluation on a phone");
  expect(await lab.evaluate(() => document.querySelector("main")?.scrollWidth), "nothing is cut off").toBe(390);
  await lab.setViewportSize({ width: 1440, height: 900 });

  const films = lab.getByRole("listbox", { name: "Validation films" });
  const { paths } = evaluated as { paths: string[] } & typeof evaluated;
  const total = paths.length;
  await expect(main).toContainText(`${total} films`);
  await films.focus();
  await films.press("End");
  await films.press("ArrowUp");
  await expect(films.getByRole("option", { selected: true })).toHaveAttribute("aria-posinset", String(total - 1));
  await expect(lab.getByRole("img", { name: /^.+, probability \d\.\d+; (the|nothing)/ })).toBeVisible();
  await films.press("d");
  const doubtful = lab.getByRole("checkbox", { name: /^Its label is doubtful/ });
  await expect(doubtful).toBeChecked();
  await lab.getByLabel("Show", { exact: true }).selectOption("marked as doubtful");
  await expect(films.getByRole("option")).toHaveCount(1);
  await expectAccessible(lab, "a doubtful film");

  await goToStep(lab, "Dataset");
  await expect(main).toContainText("1 film marked as doubtful is left out.");
  await expect.poll(async () => (await eventsOf(lab, "counted")).at(-1)?.doubtfulLeftOut).toBe(1);
  await button(lab, "Take them back").click();
  await expect.poll(async () => (await eventsOf(lab, "counted")).at(-1)?.doubtfulLeftOut).toBe(0);
});
