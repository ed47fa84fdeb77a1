import { expect, test } from "vitest";
import { makeFolderOf } from "../testSupport";
import { locateFilms, locatePath } from "./locate";

const PATHS = Array.from({ length: 400 }, (_, i) => `train/patient${i}/study1/view1_frontal.jpg`);

async function locate(films: string[], paths: string[], bases = [""], ids = false) {
  const located = await locateFilms(makeFolderOf(films, {}), paths, bases, ids);
  return located && paths.map((path) => locatePath(path, located));
}

test.each([
  ["as they are", PATHS, PATHS, [""]],
  ["someone else's prefix", PATHS, PATHS.map((path) => `home/someone/CheXpert-v1.0/${path}`), [""]],
  ["a folder of their own", PATHS.map((path) => `small/${path}`), PATHS, ["", "small/"]],
])("films are found under %s", async (_, films, paths, bases) => {
  expect(await locate(films, paths, bases)).toEqual(films);
});

test("an id's extension is found out", async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `id${i}`);
  const films = ids.map((id) => `images/${id}.png`);
  expect(await locate(films, ids, ["", "images/"], true)).toEqual(films);
});

test("a film missing here and there changes nothing", async () => {
  expect(await locate(PATHS.slice(1), PATHS)).toEqual(PATHS);
});

test("where most films are missing the folder has to be listed", async () => {
  expect(await locate(PATHS.slice(0, 200), PATHS)).toBeNull();
  expect(await locate([], PATHS)).toBeNull();
});

test("a tail too short to tell films apart is no place", async () => {
  expect(await locate(["view1_frontal.jpg"], PATHS)).toBeNull();
});
