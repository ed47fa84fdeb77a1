// What a network learnt, as a reader looks at it: an operating point, a prevalence, groups, and from film to film to a doubtful label.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "@playwright/test";
import { drawFilmFile, listDrawnFilms } from "../src/data/drawn/drawnFilms";
import type { SeenFilms } from "../src/protocol/training";
import { button, prepareSmallRun, waitForTrained } from "./runSupport";
import { dropFolder, eventsOf, expect, expectAccessible, fill, goToStep, test, waitForEvents } from "./support";

const rate = async (lab: Page, name: RegExp) =>
  Number(
    await lab
      .getByRole("table", { name: "What the operating point comes to" })
      .getByRole("row", { name })
      .getByRole("cell")
      .nth(1)
      .innerText(),
  );

const TEST_FILMS = 40;
/** That of the lab's own drawn films. */
const DRAWN_SEED = 2019;

/** The first of the lab's own drawn films in a folder of their own: most of them a trial on drawn films has been trained on. */
async function makeTestFolder(root: string): Promise<string> {
  const films = listDrawnFilms(DRAWN_SEED, TEST_FILMS);
  const lines = films.map(({ path, sex, age, view, cardiomegaly }) => `${path},${sex},${age},Frontal,${view},${cardiomegaly}`);
  for (const [place, film] of films.entries()) {
    const file = join(root, film.path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, new Uint8Array(await drawFilmFile(DRAWN_SEED, place, film).arrayBuffer()));
  }
  writeFileSync(join(root, "train.csv"), ["Path,Sex,Age,Frontal/Lateral,AP/PA,Cardiomegaly", ...lines, ""].join("\n"));
  return root;
}

test("an evaluation is read at an operating point, by group and film by film, a doubtful film is left out of the next trial, and another folder is a test set", async ({
  lab,
}, info) => {
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
  await fill(lab, "Prevalence where it is used", 0.05);
  await expect(main).toContainText("at a prevalence of 0.05 %");

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
  // The browser's own bookmark is no mark, and of a list that a mark made shorter the last film is the chosen one.
  await lab.getByLabel("Show", { exact: true }).selectOption("all films");
  await films.focus();
  await films.press("Control+d");
  await expect(doubtful).not.toBeChecked();
  await films.press("d");
  await lab.getByLabel("Show", { exact: true }).selectOption("marked as doubtful");
  await films.press("End");
  await films.press("d");
  await expect(films.getByRole("option")).toHaveCount(1);
  await expect(films.getByRole("option", { selected: true })).toHaveCount(1);

  await goToStep(lab, "Dataset");
  await expect(main).toContainText("1 film marked as doubtful is left out.");
  await expect.poll(async () => (await eventsOf(lab, "counted")).at(-1)?.doubtfulLeftOut).toBe(1);
  await button(lab, "Take them back").click();
  await expect.poll(async () => (await eventsOf(lab, "counted")).at(-1)?.doubtfulLeftOut).toBe(0);

  // Another folder, all of it, of films that are larger than those that the trial has seen.
  await dropFolder(lab, await makeTestFolder(info.outputPath("hospital-b")));
  await waitForEvents(lab, "indexed", 2);
  await lab.getByLabel("Validation share", { exact: true }).selectOption("all");
  await fill(lab, "Image size", 40);
  await button(lab, "Prepare films").click();
  const tested = (await waitForEvents(lab, "prepared", 2)).at(-1)?.summary as { valid: { films: number; patients: number } };
  await goToStep(lab, "Train");
  await expect(button(lab, "Train")).toBeDisabled();
  await expect(main).toContainText("All films of this sample are a test set: none is left to train on.");
  await goToStep(lab, "Trials");
  await button(lab, "Evaluate trial 1").click();
  await expect(main).toContainText(`the test set, all ${tested.valid.films} films of hospital-b`);
  await expect(main).toContainText("Trial 1 was trained on films that were of 32 px; these are of 40 px.");
  await button(lab, "Prepare films as it knows them").click();
  await waitForEvents(lab, "prepared", 3);
  await button(lab, "Next step").click();
  await expect(main).not.toContainText("these are of 40 px");
  await button(lab, "Evaluate").click();
  const onTest = (await waitForEvents(lab, "evaluated", 2)).at(-1) as { films: number; seen: SeenFilms } & typeof evaluated;
  await expect(main).toContainText(
    `on ${tested.valid.films} test films of ${tested.valid.patients} patients, all of hospital-b.`,
  );
  expect(onTest.seen.films).toBeGreaterThan(tested.valid.films / 2);
  expect(onTest.seen.films).toBeLessThan(tested.valid.films);
  await expect(main).toContainText(`The network was trained on ${onTest.seen.films} of these ${onTest.films} films`);
  await expect(main).toContainText(`${onTest.seen.patients} patients of these films have names of patients`);
  await lab.getByLabel("Films", { exact: true }).selectOption("validation films of trial 1");
  await expect(main).toContainText("Trial 1, last checkpoint, will be run over the validation films.");
});
