// The Dataset step as a person corrects it: another format, columns told by hand, a recipe taken over, and what is said of the films.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dropFolder, eventsOf, expect, fill, goToStep, prepareDrawnFilms, test, waitForEvents } from "./support";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==", "base64");

/** Forty films of twenty cases, under columns that no dataset has. */
function makeOddFolder(root: string, header = "Bild,Fall,Erguss", extension = ".png"): string {
  mkdirSync(root, { recursive: true });
  const names = Array.from({ length: 40 }, (_, i) => `aufnahme${String.fromCharCode(97 + (i % 26))}${i}`);
  for (const name of names) writeFileSync(join(root, `${name}.png`), PNG);
  const rows = names.map((name, i) => `${name}${extension},F${Math.floor(i / 2)},${Math.floor(i / 2) % 2}`);
  writeFileSync(join(root, "befunde.csv"), [header, ...rows, ""].join("\n"));
  return root;
}

test("columns told by hand say whose films are whose", async ({ lab }, info) => {
  await dropFolder(lab, makeOddFolder(info.outputPath("films")));
  const [guessed] = await waitForEvents(lab, "indexed");
  expect(guessed).toMatchObject({ format: "anyCsv", patients: 40 });
  await lab.getByText(/^Columns/).click();
  await lab.getByLabel("Patient", { exact: true }).selectOption("Fall");
  await lab.getByRole("button", { name: "Apply", exact: true }).click();
  const told = (await waitForEvents(lab, "indexed", 2))[1];
  expect(told).toMatchObject({ format: "anyCsv", patients: 20, mapping: { path: "Bild", patient: "Fall" } });
  await expect(lab.getByRole("main")).toContainText("40 films; 40 rows of 20 patients to learn from");
});

test("where no column is seen to name films, a person names it", async ({ lab }, info) => {
  await dropFolder(lab, makeOddFolder(info.outputPath("films"), "Kennung,Fall,Erguss", ""));
  await waitForEvents(lab, "failed");
  await expect(lab.getByLabel("Choose label CSV", { exact: true })).toBeAttached();
  await lab.getByLabel("Column that names the films").fill("Kennung");
  await lab.getByRole("button", { name: "Read by this column" }).click();
  await expect(lab.getByRole("main")).toContainText("40 films; 40 rows of 40 patients to learn from");
});

test("a format is overruled, and what cannot be read so offers the way back", async ({ lab }, info) => {
  await dropFolder(lab, makeOddFolder(info.outputPath("films")));
  await waitForEvents(lab, "indexed");
  await lab.getByLabel("Label format", { exact: true }).selectOption("folderPerClass");
  await expect(lab.getByRole("alert")).toContainText("could not be opened");
  await lab.getByRole("button", { name: "Read the folder again" }).click();
  await expect(lab.getByLabel("Label format", { exact: true })).toHaveValue("anyCsv");
});

test("a recipe gives the films that it gave", async ({ lab }, info) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await waitForEvents(lab, "counted");
  await fill(lab, "Seed", 7);
  await waitForEvents(lab, "counted", 2);
  const saving = lab.waitForEvent("download");
  await lab.getByRole("button", { name: "Save recipe", exact: true }).click();
  const recipe = info.outputPath("recipe.json");
  await (await saving).saveAs(recipe);
  await fill(lab, "Seed", 8);
  await lab.getByLabel("Choose recipe", { exact: true }).setInputFiles(recipe);
  await expect(lab.getByRole("main")).toContainText(/The same \d+ films in the same order/);
  await expect(lab.getByLabel("Seed", { exact: true })).toHaveValue("7");
  await fill(lab, "Seed", 9);
  await expect(lab.getByRole("main")).not.toContainText("in the same order as");
});

test("a recipe of another dataset, or with a setting that none can have, changes nothing and is answered where it is taken", async ({
  lab,
}) => {
  const take = async (change: (recipe: { dataset: object; settings: object }) => object) => {
    const saving = lab.waitForEvent("download");
    await lab.getByRole("button", { name: "Save recipe", exact: true }).click();
    const text = readFileSync(await (await saving).path(), "utf8");
    const buffer = Buffer.from(JSON.stringify(change(JSON.parse(text))));
    await lab.getByLabel("Choose recipe", { exact: true }).setInputFiles({ name: "r1.json", mimeType: "", buffer });
  };
  await prepareDrawnFilms(lab, 32);
  await take((recipe) => ({ ...recipe, dataset: { ...recipe.dataset, name: "scans", format: "padchest" } }));
  await expect(lab.getByRole("alert")).toContainText("Open scans, then take it again");
  await take((recipe) => ({ ...recipe, settings: { ...recipe.settings, validation: 7 } }));
  await expect(lab.getByRole("alert")).toContainText("gives “validation” as 7");
  await expect(lab.getByRole("button", { name: "Next step" })).toBeVisible();
  expect(await eventsOf(lab, "indexed")).toHaveLength(1);
});

test("a number that is not taken is said to be, under its field", async ({ lab }) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await waitForEvents(lab, "counted");
  for (const [name, typed] of [
    ["Image size", "5000"],
    ["Seed", "x"],
  ] as const) {
    const field = lab.getByLabel(name, { exact: true });
    const before = await field.inputValue();
    await fill(lab, name, typed);
    await expect(field).toHaveValue(before);
    await expect(field).toHaveAccessibleDescription(new RegExp(`^“${typed}” was not taken\\. Type a whole number from`));
  }
  await fill(lab, "Seed", 5);
  await expect(lab.getByLabel("Seed", { exact: true })).toHaveAccessibleDescription("");
  // What counts is accepted by leaving the field once more, without a key.
  await lab.getByLabel("Image size", { exact: true }).focus();
  await lab.getByLabel("Image size", { exact: true }).blur();
  await expect(lab.getByLabel("Image size", { exact: true })).toHaveAccessibleDescription("");
});

test("films are seen before any value counts as positive", async ({ lab }) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).click();
  await waitForEvents(lab, "counted");
  await lab.getByLabel("Target", { exact: true }).selectOption("AP/PA");
  for (const box of await lab.getByRole("group", { name: "Positive values" }).getByRole("checkbox").all()) await box.uncheck();
  await expect(lab.getByRole("alert")).toContainText("Choose at least one value");
  await expect(lab.getByRole("region", { name: "Wall of films" }).getByRole("listitem").first()).toContainText("label unknown");
  // Nor are the figures of the target before told as this one's.
  await goToStep(lab, "Balance");
  await expect(lab.getByRole("alert")).toContainText("Choose at least one value");
  await expect(lab.getByLabel("Balance", { exact: true })).toBeVisible();
  await expect(lab.getByRole("main")).not.toContainText(/\d+ (positive|negative)|are kept/);
});

test("the keyboard is not lost where what held it is gone", async ({ lab }) => {
  await lab.getByRole("button", { name: "Try with drawn films" }).press("Enter");
  await waitForEvents(lab, "counted");
  await expect(lab.getByRole("heading", { level: 1, name: "Drawn films" })).toBeFocused();
  await fill(lab, "Image size", 32);
  // The sample is counted anew, and until then the button takes no key.
  await waitForEvents(lab, "counted", 2);
  await expect(lab.getByRole("button", { name: "Prepare films", exact: true })).toBeEnabled();
  await lab.getByRole("button", { name: "Prepare films", exact: true }).press("Enter");
  await waitForEvents(lab, "prepared");
  await expect(lab.getByRole("button", { name: "Prepare films", exact: true })).toBeFocused();
});
