import { expect, test } from "vitest";
import { cellsOf, labelCells } from "../testSupport";
import { labelsFromFolders } from "./folderPerClass";

test("a folder per class below train, val and test", () => {
  const films = ["train/NORMAL/1.jpeg", "train/PNEUMONIA/2.jpeg", "val/NORMAL/3.jpeg", "test/PNEUMONIA/4.jpeg"].map(
    (film) => `chest_xray/${film}`,
  );
  const table = labelsFromFolders(films);
  expect(table).toMatchObject({ format: "folderPerClass", rows: 4, pathIsId: false, files: [], notes: [] });
  expect(table?.reason).toBe(
    "There is no label file; the films lie in 2 folders, which are taken for their classes: “NORMAL”, “PNEUMONIA”, below folders for training, validation or test.",
  );
  expect(cellsOf(table?.path)).toEqual(films);
  expect(table && labelCells(table, "Class")).toEqual(["NORMAL", "PNEUMONIA", "NORMAL", "PNEUMONIA"]);
  expect([...(table?.part ?? [])]).toEqual([0, 0, 1, 2]);
  expect(table?.labels[0]?.defaultPositive).toEqual(["PNEUMONIA"]);
});

test("classes with folders inside, masks among them, and a film that lies outside", () => {
  const table = labelsFromFolders(["COVID/images/a.png", "COVID/masks/a.png", "Normal/images/b.png", "Normal/c.png", "d.png"]);
  expect(table).toMatchObject({ rows: 3, part: null, rowsRead: 5, rowsLeftOut: 2 });
  expect(table?.notes).toEqual([
    "Left out for lying outside the classes' folders: 1 film, such as d.png.",
    "Taken for no films, because they lie in folders called masks: 1 file.",
  ]);
});

test.each([
  ["one folder", ["a/1.png", "a/2.png"]],
  ["no folder", ["1.png", "2.png"]],
  ["no films", []],
  ["patients", ["train/patient00001/study1/v.png", "train/patient00002/study1/v.png"]],
  ["numbered folders", ["images_001/images/1.png", "images_002/images/2.png"]],
  ["more than 50 folders", Array.from({ length: 51 }, (_, i) => `class ${"x".repeat(i)}/1.png`)],
  ["films mostly outside", ["1.png", "2.png", "3.png", "a/4.png", "b/5.png"]],
])("%s is no folder per class", (_, films) => expect(labelsFromFolders(films)).toBeNull());
