import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

const BOXES = [
  "patientId,x,y,width,height,Target",
  "0004cfab-14fd-4e49-80ba-63a80b6bddd6,,,,,0",
  "00436515-870c-4b36-a041-de91049b9ab4,264.0,152.0,213.0,379.0,1",
  "00436515-870c-4b36-a041-de91049b9ab4,562.0,152.0,256.0,453.0,1",
  "00313ee0-9eaa-42f4-b0ab-c148ed3241cd,,,,,0",
];
const CLASSES = [
  "patientId,class",
  "0004cfab-14fd-4e49-80ba-63a80b6bddd6,No Lung Opacity / Not Normal",
  "00313ee0-9eaa-42f4-b0ab-c148ed3241cd,Normal",
  "00436515-870c-4b36-a041-de91049b9ab4,Lung Opacity",
  "00436515-870c-4b36-a041-de91049b9ab4,Lung Opacity",
];
const FILMS = [
  "0004cfab-14fd-4e49-80ba-63a80b6bddd6",
  "00436515-870c-4b36-a041-de91049b9ab4",
  "00313ee0-9eaa-42f4-b0ab-c148ed3241cd",
];

test("repeated rows are one film, and the file of classes is joined", async () => {
  const files = makeFiles({ "stage_2_detailed_class_info.csv": CLASSES, "stage_2_train_labels.csv": BOXES });
  const table = await readLabels(files);
  expect(table).toMatchObject({ format: "rsna", rows: 3, rowsRead: 4, rowsMerged: 1, pathIsId: true, patient: null, notes: [] });
  expect(cellsOf(table.path)).toEqual(FILMS);
  expect(labelCells(table, "Target")).toEqual(["0", "1", "0"]);
  expect(labelCells(table, "class")).toEqual(["No Lung Opacity / Not Normal", "Lung Opacity", "Normal"]);
});

test("the file of classes alone", async () => {
  const table = await readLabels(makeFiles({ "stage_2_detailed_class_info.csv": CLASSES }));
  expect(table).toMatchObject({ format: "rsna", rows: 3 });
  expect(labelCells(table, "class")).toEqual(["No Lung Opacity / Not Normal", "Normal", "Lung Opacity"]);
});

test("rows of a film that differ are said", async () => {
  const table = await readLabels(makeFiles({ "l.csv": [...BOXES, `${FILMS[0]},1,2,3,4,1`] }));
  expect(labelCells(table, "Target")).toEqual(["1", "1", "0"]);
  expect(table.notes).toEqual(["1 film has rows that differ in “Target”; the positive one counts, else the first."]);
});
