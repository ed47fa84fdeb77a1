import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

const HEADER =
  "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices";
const TRAIN = [
  HEADER,
  "CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0",
  "CheXpert-v1.0-small/train/patient00002/study2/view1_frontal.jpg,Female,87,Frontal,AP,,,-1.0,1.0,,-1.0,-1.0,,-1.0,,-1.0,,1.0,",
  "CheXpert-v1.0-small/train/patient00002/study1/view2_lateral.jpg,Unknown,0,Lateral,,,,1.0,,,,,,,,,,,1.0",
];
const VALID = [
  HEADER,
  "CheXpert-v1.0-small/valid/patient64541/study1/view1_frontal.jpg,Male,73,Frontal,PA,0.0,1.0,1.0,1.0,0,0,0,0,0,0,0,0,0,0",
];

test("train.csv with its own valid.csv", async () => {
  const table = await readLabels(makeFiles({ "CheXpert/valid.csv": VALID, "CheXpert/train.csv": TRAIN }));
  expect(table).toMatchObject({ format: "chexpert", rows: 4, pathIsId: false, alternatives: ["anyCsv"], notes: [] });
  expect(table.reason).toBe(
    "CheXpert/train.csv has CheXpert's columns: “Path” names the films, “Frontal/Lateral” and “AP/PA” the view, and 14 of CheXpert's 14 findings have a column.",
  );
  expect(table.path.values[1]).toBe("CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg");
  expect(cellsOf(table.patient)).toEqual(["00001", "00002", "00002", "64541"]);
  expect(cellsOf(table.view)).toEqual(["Frontal", "Frontal", "Lateral", "Frontal"]);
  expect(cellsOf(table.projection)).toEqual(["AP", "AP", "", "PA"]);
  expect(cellsOf(table.sex)).toEqual(["Female", "Female", "Unknown", "Male"]);
  expect(cellsOf(table.age)).toEqual(["68", "87", "0", "73"]);
  expect([...(table.part ?? [])]).toEqual([0, 0, 0, 1]);
  expect(labelCells(table, "Cardiomegaly")).toEqual(["", "-1", "1", "1"]);
  expect(labelCells(table, "Support Devices")).toEqual(["1", "", "1", "0"]);
  expect(table.files.map(({ path, rows }) => [path, rows])).toEqual([
    ["CheXpert/train.csv", 3],
    ["CheXpert/valid.csv", 1],
  ]);
});

test("the test part, where its file has labels", async () => {
  const test = ["Path,Cardiomegaly,Edema", "test/patient64741/study1/view1_frontal.jpg,1,0"];
  const table = await readLabels(makeFiles({ "train.csv": TRAIN, "valid.csv": VALID, "test_labels.csv": test }));
  expect([...(table.part ?? [])]).toEqual([0, 0, 0, 1, 2]);
  expect(labelCells(table, "Cardiomegaly")).toEqual(["", "-1", "1", "1", "1"]);
});

test("a file of film names without labels is no test part", async () => {
  const table = await readLabels(
    makeFiles({ "train.csv": TRAIN, "test.csv": ["Path", "test/patient64741/study1/view1_frontal.jpg"] }),
  );
  expect(table).toMatchObject({ rows: 3, part: null });
  expect(table.notes).toEqual(["test.csv is passed over: the labels are taken from train.csv."]);
});

test("underscored headers, integer labels, dense negatives and somebody's own prefix", async () => {
  const table = await readLabels(
    makeFiles({
      "my_labels.csv": [
        ",image_path,No_Finding,Enlarged_Cardiomediastinum,Cardiomegaly",
        "0,/mnt/disk7/chexpert/train/patient00001/study1/view1_frontal.jpg,1,0,0",
        "1,/mnt/disk7/chexpert/train/patient00003/study1/view1_frontal.jpg,0,0,1",
      ],
    }),
  );
  expect(table).toMatchObject({ format: "chexpert", rows: 2 });
  expect(labelCells(table, "Cardiomegaly")).toEqual(["0", "1"]);
  expect(cellsOf(table.patient)).toEqual(["00001", "00003"]);
});

test("findings beside a patient column, where the path names none", async () => {
  const table = await readLabels(
    makeFiles({ "l.csv": ["file,patient_id,gender,Cardiomegaly,Edema,Pneumonia", "a.png,7,F,1,0,0", "b.png,7,F,0,1,1"] }),
  );
  expect(table).toMatchObject({ format: "chexpert", mapping: null });
  expect(cellsOf(table.patient)).toEqual(["7", "7"]);
  expect(cellsOf(table.sex)).toEqual(["F", "F"]);
});

test("of several copies train.csv near the top is taken, and the others are said", async () => {
  const files = makeFiles({ "train_cheXbert.csv": TRAIN, "old/train.csv": TRAIN, "train.csv": TRAIN, "valid.csv": [HEADER] });
  const table = await readLabels(files);
  expect(table.files[0]?.path).toBe("train.csv");
  expect(table.notes).toEqual([
    "train_cheXbert.csv is passed over: the labels are taken from train.csv.",
    "old/train.csv is passed over: the labels are taken from train.csv.",
    "valid.csv is passed over: valid.csv has a header and no rows under it. Choose another label file.",
  ]);
});

test("rows that name no film are left out and said", async () => {
  const table = await readLabels(makeFiles({ "train.csv": [...TRAIN, ` ${",".repeat(18)}`] }));
  expect(table).toMatchObject({ rows: 3, rowsRead: 4, rowsLeftOut: 1 });
  expect(table.notes).toEqual(["train.csv: left out for naming no film in “Path”: 1 row, namely row 5."]);
});
