import { createHash } from "node:crypto";
import { existsSync, openAsBlob } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

const HEADER_2020 =
  "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]";
const ROWS = [
  "00000001_000.png,Cardiomegaly,0,1,57,M,PA,2682,2749,0.14300000000000002,0.14300000000000002",
  "00000001_001.png,Cardiomegaly|Emphysema,1,1,58,M,PA,2894,2729,0.14300000000000002,0.14300000000000002",
  "00000002_000.png,No Finding,0,2,80,F,AP,2500,2048,0.171,0.171",
];

test("2020's file: bracket commas in the header, findings joined by |", async () => {
  const table = await readLabels(makeFiles({ "Data_Entry_2017_v2020.csv": [HEADER_2020, ...ROWS] }));
  expect(table).toMatchObject({ format: "nih", rows: 3, pathIsId: false, part: null, notes: [] });
  expect(table.reason).toContain("A finding that is not listed is read as 0");
  expect(cellsOf(table.path)).toEqual(["00000001_000.png", "00000001_001.png", "00000002_000.png"]);
  expect(cellsOf(table.patient)).toEqual(["1", "1", "2"]);
  expect(cellsOf(table.projection)).toEqual(["PA", "PA", "AP"]);
  expect(cellsOf(table.view)).toEqual(["Frontal", "Frontal", "Frontal"]);
  expect(cellsOf(table.sex)).toEqual(["M", "M", "F"]);
  expect(cellsOf(table.age)).toEqual(["57", "58", "80"]);
  expect(labelCells(table, "Cardiomegaly")).toEqual(["1", "1", "0"]);
  expect(labelCells(table, "Emphysema")).toEqual(["0", "1", "0"]);
  expect(labelCells(table, "No Finding")).toEqual(["0", "0", "1"]);
});

test("2017's file: a comma at the end of every line, of the header or of the rows alone", async () => {
  for (const end of [",", ""]) {
    const file = [HEADER_2020 + end, ...ROWS.map((row) => `${row},`)];
    const table = await readLabels(makeFiles({ "Data_Entry_2017.csv": file }));
    expect(table).toMatchObject({ format: "nih", rows: 3, notes: [] });
    expect(labelCells(table, "Emphysema")).toEqual(["0", "1", "0"]);
  }
});

test("sizes, spacing, follow-ups and columns without a name are no targets, not even where all rows say 1", async () => {
  const ones = (row: string) => `${row.split(",").slice(0, 2).join(",")},1,${row.split(",").slice(3, 7).join(",")},1,1,1,1,1`;
  const table = await readLabels(makeFiles({ "d.csv": [`${HEADER_2020},`, ...ROWS.map(ones)] }));
  expect(table.labels.map(({ name }) => name)).toEqual([
    "Cardiomegaly",
    "Emphysema",
    "No Finding",
    "Patient Age",
    "Patient Gender",
    "View Position",
  ]);
});

test("the sample of 5,606 films: split columns, ages such as 060Y", async () => {
  const table = await readLabels(
    makeFiles({
      "sample_labels.csv": [
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImageWidth,OriginalImageHeight,OriginalImagePixelSpacing_x,OriginalImagePixelSpacing_y",
        "00000013_005.png,Emphysema|Infiltration|Pleural_Thickening|Pneumothorax,005,00013,060Y,M,AP,3056,2544,0.139,0.139",
        "00000013_026.png,No Finding,026,00013,018M,M,AP,2500,2048,0.168,0.168",
      ],
    }),
  );
  expect(table).toMatchObject({ format: "nih", rows: 2 });
  expect(cellsOf(table.age)).toEqual(["60", "1"]);
  expect(cellsOf(table.patient)).toEqual(["00013", "00013"]);
  expect(labelCells(table, "Pleural_Thickening")).toEqual(["1", "0"]);
  expect(table.labels.map(({ name }) => name)).not.toContain("OriginalImageWidth");
});

test("the sex column by its other name", async () => {
  const table = await readLabels(makeFiles({ "d.csv": [HEADER_2020.replace("Gender", "Sex"), ...ROWS] }));
  expect(cellsOf(table.sex)).toEqual(["M", "M", "F"]);
});

test("the official split", async () => {
  const table = await readLabels(
    makeFiles({
      "Data_Entry_2017_v2020.csv": [HEADER_2020, ...ROWS],
      "train_val_list.txt": ["00000001_000.png"],
      "test_list.txt": "00000001_001.png\r\n",
      "README.txt": "NIH Clinical Center provides one of the largest publicly available chest x-ray datasets, with labels.",
    }),
  );
  expect([...(table.part ?? [])]).toEqual([0, 2, 0]);
  expect(table.reason).toContain("test_list.txt is its official test part");
  expect(table.notes).toEqual(["1 film is in neither train_val_list.txt nor test_list.txt, which counts as training."]);
});

test("the lists that decide the parts are among the files, by their checksums", async () => {
  const list = "00000001_001.png\n\n00000002_000.png\n";
  const table = await readLabels(
    makeFiles({ "test_list.txt": list, "train_val_list.txt": ["00000001_000.png"], "d.csv": [HEADER_2020, ...ROWS] }),
  );
  expect(table.files.map(({ path }) => path)).toEqual(["d.csv", "train_val_list.txt", "test_list.txt"]);
  expect(table.files[2]).toMatchObject({
    sha256: createHash("sha256").update(list).digest("hex"),
    rows: 2,
    blankLines: [2],
  });
});

test("the list of the training films alone makes the others the official test part", async () => {
  const table = await readLabels(
    makeFiles({ "d.csv": [HEADER_2020, ...ROWS], "train_val_list.txt": ["00000001_000.png", "00000001_001.png"] }),
  );
  expect([...(table.part ?? [])]).toEqual([0, 0, 2]);
  expect(table.reason).toContain("what train_val_list.txt does not list is its official test part");
  expect(table.files.map(({ path }) => path)).toEqual(["d.csv", "train_val_list.txt"]);
});

test("a list without names is a sentence, for it would put every film into one part", async () => {
  const files = makeFiles({ "d.csv": [HEADER_2020, ...ROWS], "train_val_list.txt": "\n" });
  await expect(readLabels(files)).rejects.toMatchObject({
    code: "badCsv",
    message: "train_val_list.txt lists no films. Put the dataset's own list in its place, or take it out of the folder.",
  });
});

test("findings that are not NIH's are passed over and said, a blank cell stays blank", async () => {
  const other = ["a.png,Cardiomegaly|Dragon,0,3,1Y,F,AP,1,1,1,1", "b.png,,0,3,1Y,F,AP,1,1,1,1"];
  const table = await readLabels(makeFiles({ "d.csv": [HEADER_2020, ...ROWS, ...other] }));
  expect(labelCells(table, "Cardiomegaly")).toEqual(["1", "1", "0", "1", ""]);
  expect(table.labels[0]?.blankIsUnknown).toBe(true);
  expect(table.notes.join()).toContain("1 finding that is not NIH's and is passed over, such as “Dragon”");
});

const REAL = resolve("../shared/data");

test.skipIf(!existsSync(REAL))("NIH's own rows give CheXpert's columns of the same films", async () => {
  const open = async (path: string) => ({ path, file: await openAsBlob(`${REAL}/NIH-CXR14-mini/${path}`) });
  const files = await Promise.all(["Data_Entry_2017_v2020.csv", "train.csv", "valid.csv", "crossref.csv"].map(open));
  const chexpert = await readLabels(files);
  const nih = await readLabels(files, { format: "nih" });
  expect([chexpert.format, nih.format]).toEqual(["chexpert", "nih"]);
  expect([chexpert.rows, nih.rows]).toEqual([1168, 1168]);
  const count = (cells: string[] | null) => cells?.filter((cell) => cell === "1").length;
  for (const finding of ["Cardiomegaly", "Edema", "Consolidation", "Pneumonia", "Atelectasis", "Pneumothorax", "No Finding"]) {
    expect(count(labelCells(nih, finding)), finding).toBe(count(labelCells(chexpert, finding)));
  }
  expect(count(labelCells(nih, "Effusion"))).toBe(count(labelCells(chexpert, "Pleural Effusion")));
});
