// A folder too large to be listed, dropped as a directory handle; what the lab keeps of it for the next visit; and the recipe of its sample.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FailedFilm, SampleSummary } from "../src/protocol/dataset";
import { dropFolder, eventsOf, expect, fill, status, test, waitForEvents } from "./support";

const FILMS = 6_000;
const MISSING = 3;
const film = (i: number) => `train/patient${String(i >> 1).padStart(5, "0")}/study${(i & 1) + 1}/view1_frontal.bmp`;

/** A grey bitmap of 4 x 4 pixels, each film another. */
function makeBitmap(i: number): Buffer {
  const bytes = Buffer.alloc(54 + 1024 + 16);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54 + 1024, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(4, 18);
  bytes.writeInt32LE(4, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(8, 28);
  for (let grey = 0; grey < 256; grey++) bytes.fill(grey, 54 + 4 * grey, 54 + 4 * grey + 3);
  for (let at = 0; at < 16; at++) bytes[54 + 1024 + at] = (i >> (at % 13)) & 1 ? 200 : 40;
  return bytes;
}

let folder = "";
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "roentgen-large-"));
  const rows = Array.from(
    { length: FILMS },
    (_, i) => `CheXpert-v1.0/${film(i)},Female,60,Frontal,AP,${i % 40 < 3 ? "1.0" : ""}`,
  );
  writeFileSync(join(folder, "train.csv"), ["Path,Sex,Age,Frontal/Lateral,AP/PA,Cardiomegaly", ...rows, ""].join("\n"));
  for (let i = MISSING; i < FILMS; i++) {
    const path = join(folder, film(i));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, makeBitmap(i));
  }
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a folder of thousands is opened by its labels; what is missing shows when it is prepared; the recipe gives the same films", async ({
  lab,
}) => {
  await dropFolder(lab, folder);
  const [indexed] = await waitForEvents(lab, "indexed");
  expect(indexed).toMatchObject({ rows: FILMS, films: FILMS, rowsWithoutFilm: null, patients: FILMS / 2 });
  await expect(lab.getByRole("img", { name: film(10), exact: true })).toBeVisible();
  await fill(lab, "Image size", 32);

  const [rowsFile] = await Promise.all([
    lab.waitForEvent("download"),
    lab.getByRole("button", { name: "Save sampled rows" }).click(),
  ]);
  const rows = readFileSync(await rowsFile.path(), "utf8");
  expect(rows.split("\n")[0]).toBe("path,part,patient,study,view,sex,age,Cardiomegaly");
  const [recipeFile] = await Promise.all([
    lab.waitForEvent("download"),
    lab.getByRole("button", { name: "Save recipe" }).click(),
  ]);
  const recipe = join(folder, "recipe.json");
  await recipeFile.saveAs(recipe);

  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  const [prepared] = await waitForEvents(lab, "prepared");
  const { failed, summary } = prepared as unknown as { failed: FailedFilm[]; summary: SampleSummary };
  expect(failed.map(({ path }) => path)).toEqual([film(0), film(1), film(2)]);
  expect(failed[0]?.reason).toContain("cannot be read");

  // Another seed samples other films; the recipe brings the first ones back.
  await fill(lab, "Seed", 5);
  await lab.getByLabel("Choose recipe", { exact: true }).setInputFiles(recipe);
  await expect(status(lab)).toContainText("in the same order as when the recipe was saved");
  const [again] = await Promise.all([
    lab.waitForEvent("download"),
    lab.getByRole("button", { name: "Save sampled rows" }).click(),
  ]);
  expect(readFileSync(await again.path(), "utf8")).toBe(rows);
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForEvents(lab, "prepared", 2);
  expect((await eventsOf(lab, "prepared"))[1]).toMatchObject({ summary });

  // On the next visit the folder is there again, as long as the browser still allows it, and its films are found prepared.
  await lab.reload();
  await waitForEvents(lab, "counted");
  await lab.getByRole("button", { name: "Prepare films", exact: true }).click();
  await waitForEvents(lab, "prepared");
  expect((await eventsOf(lab, "prepared"))[0]).toMatchObject({
    summary,
    reused: summary.filmsToPrepare,
  });
});
