import { expect, test } from "vitest";
import { matchPaths, normalisePath } from "./match";

const FILMS = [
  "train/patient1/study1/view1_frontal.jpg",
  "train/patient2/study1/view1_frontal.jpg",
  "valid/patient3/study1/view1_frontal.jpg",
];

test.each([
  ["as they are", "", ""],
  ["CheXpert's own prefix", "CheXpert-v1.0-small/", ""],
  ["someone else's disk", "/home/someone/data/CheXpert-v1.0/", ""],
  ["another drive", "C:\\Users\\someone\\films\\", ""],
])("prefix: %s", (_, prefix, folder) => {
  const paths = FILMS.map((film) => normalisePath(prefix + film) ?? "");
  expect([...matchPaths(paths, FILMS, folder)]).toEqual([0, 1, 2]);
});

test("backslashes, leading ./ and doubled slashes", () => {
  const paths = [".\\train\\patient1\\study1\\view1_frontal.jpg", "./train//patient2/study1/view1_frontal.jpg"].map(
    (path) => normalisePath(path) ?? "",
  );
  expect([...matchPaths(paths, FILMS, "")]).toEqual([0, 1]);
});

test("paths are relative to the CSV's folder, or to a folder beside it", () => {
  const paths = ["CheXpert/train/patient1/study1/view1_frontal.jpg"];
  expect([...matchPaths(paths, ["archive/train/patient1/study1/view1_frontal.jpg"], "archive")]).toEqual([0]);
  expect([...matchPaths(paths, ["data/small/train/patient1/study1/view1_frontal.jpg"], "labels")]).toEqual([0]);
});

test("a path that climbs is never followed", () => {
  expect(normalisePath("../secret/a.jpg")).toBeNull();
  expect(normalisePath("train/..\\..\\a.jpg")).toBeNull();
  expect(normalisePath("train/a..b.jpg")).toBe("train/a..b.jpg");
});

test("films of different patients are never taken for one by a short tail", () => {
  const paths = FILMS.slice(0, 2);
  expect([...matchPaths(paths, ["view1_frontal.jpg"], "")]).toEqual([-1, -1]);
});

test("bare names are found in whichever folder they lie, unless two have the name", () => {
  const films = ["images_001/images/1.png", "images_002/images/2.png", "images_002/images/3.png", "copy/3.png"];
  expect([...matchPaths(["1.png", "2.png", "3.png", "4.png"], films, "")]).toEqual([0, 1, -1, -1]);
});
