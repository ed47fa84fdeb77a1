import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

const BOXES = [
  "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max",
  "50a418190bc3fb1ef1633bf9678929b3,No finding,14,R11,,,,",
  "9a5094b2563a1ef3ff50dc5c7ff71345,Cardiomegaly,3,R10,691.0,1375.0,1653.0,1831.0",
  "9a5094b2563a1ef3ff50dc5c7ff71345,Aortic enlargement,0,R10,1052.0,715.0,1299.0,966.0",
  "50a418190bc3fb1ef1633bf9678929b3,No finding,14,R10,,,,",
  "9a5094b2563a1ef3ff50dc5c7ff71345,Cardiomegaly,3,R8,690.0,1370.0,1650.0,1830.0",
  "9a5094b2563a1ef3ff50dc5c7ff71345,Cardiomegaly,3,R8,1.0,2.0,3.0,4.0",
  "9a5094b2563a1ef3ff50dc5c7ff71345,No finding,14,R9,,,,",
  "50a418190bc3fb1ef1633bf9678929b3,Cardiomegaly,3,R8,1.0,2.0,3.0,4.0",
];

test("boxes become the number of readers that drew one, a film a row", async () => {
  const table = await readLabels(makeFiles({ "train.csv": BOXES }));
  expect(table).toMatchObject({
    format: "vindr",
    rows: 2,
    rowsRead: 8,
    rowsMerged: 6,
    pathIsId: true,
    patient: null,
    part: null,
  });
  expect(cellsOf(table.path)).toEqual(["50a418190bc3fb1ef1633bf9678929b3", "9a5094b2563a1ef3ff50dc5c7ff71345"]);
  expect(labelCells(table, "Cardiomegaly")).toEqual(["1", "2"]);
  expect(labelCells(table, "Aortic enlargement")).toEqual(["0", "1"]);
  expect(labelCells(table, "No finding")).toEqual(["2", "1"]);
  const suggestions = table.labels.map(({ name, isFinding, defaultPositive }) => [name, isFinding, ...defaultPositive]);
  expect(suggestions).toEqual([
    ["No finding", false, "2"],
    ["Cardiomegaly", false, "2"],
    ["Aortic enlargement", false],
  ]);
});

test("readings: one row a reader, and a consensus that counts as all of them", async () => {
  const table = await readLabels(
    makeFiles({
      "annotations_train.csv": BOXES,
      "image_labels_train.csv": [
        "image_id,rad_id,Aortic enlargement,Cardiomegaly,Edema,Consolidation,Atelectasis,No finding",
        "a1,R1,0,1,0,0,0,0",
        "a1,R2,0,1,0,0,0,0",
        "a1,R3,1,1,0,0,0,0",
        "b2,R1,0,0,0,0,0,1",
        "b2,R2,0,0,0,0,0,1",
        "b2,R3,0,1,0,0,0,0",
      ],
      "image_labels_test.csv": [
        "image_id,Aortic enlargement,Cardiomegaly,Edema,Consolidation,Atelectasis,No finding",
        "c3,0,1,0,0,0,0",
      ],
    }),
  );
  expect(table).toMatchObject({ format: "vindr", rows: 3, rowsMerged: 4 });
  expect([...(table.part ?? [])]).toEqual([0, 0, 2]);
  expect(labelCells(table, "Cardiomegaly")).toEqual(["3", "1", "3"]);
  expect(labelCells(table, "No finding")).toEqual(["0", "2", "0"]);
  expect(table.labels.find(({ name }) => name === "Cardiomegaly")?.defaultPositive).toEqual(["3"]);
  expect(table.notes).toContain("image_labels_test.csv holds one reading a film, a consensus; it counts as all 3 readers.");
});

test("one reader alone has findings", async () => {
  const table = await readLabels(
    makeFiles({ "boxes.csv": ["image_id,class_name,x_min", "a,Mass,1", "a,Mass,2", "b,No finding,"] }),
  );
  expect(table.labels.map(({ name, isFinding }) => [name, isFinding])).toEqual([
    ["Mass", true],
    ["No finding", true],
  ]);
  expect(labelCells(table, "Mass")).toEqual(["1", "0"]);
});
