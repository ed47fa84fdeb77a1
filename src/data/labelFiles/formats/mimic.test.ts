import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, gzip, labelCells, makeFiles } from "../testSupport";

const FINDINGS =
  "Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,Fracture,Lung Lesion,Lung Opacity,No Finding,Pleural Effusion,Pleural Other,Pneumonia,Pneumothorax,Support Devices";
const LABELS = [
  `subject_id,study_id,${FINDINGS}`,
  "10000032,50414267,,1.0,,,,,,,1.0,,,,,",
  "10000764,57375967,,-1.0,1.0,,,,,,,,,-1.0,,",
];
const METADATA = [
  "dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,Rows,Columns,StudyDate,StudyTime,ProcedureCodeSequence_CodeMeaning,ViewCodeSequence_CodeMeaning,PatientOrientationCodeSequence_CodeMeaning",
  "02aa804e-bde0afdd-112c0b34-7bc16630-4e384014,10000032,50414267,CHEST (PA AND LAT),PA,3056,2544,21800506,213014.531,CHEST (PA AND LAT),postero-anterior,Erect",
  "174413ec-4ec4c1f7-34ea26b7-c5f994f8-79ef1962,10000032,50414267,CHEST (PA AND LAT),LATERAL,3056,2544,21800506,213014.531,CHEST (PA AND LAT),lateral,Erect",
  "096052b7-d256dc40-453a102b-fa7d01c6-1b22c6b4,10000764,57375967,CHEST (PA AND LAT),LL,3056,2544,21800506,213014.531,CHEST (PA AND LAT),lateral,Erect",
  "ffffffff-00000000-00000000-00000000-00000000,10000999,59999999,,AP,3056,2544,21800506,213014.531,,,",
];
const SPLIT = [
  "dicom_id,study_id,subject_id,split",
  "02aa804e-bde0afdd-112c0b34-7bc16630-4e384014,50414267,10000032,train",
  "174413ec-4ec4c1f7-34ea26b7-c5f994f8-79ef1962,50414267,10000032,validate",
  "096052b7-d256dc40-453a102b-fa7d01c6-1b22c6b4,57375967,10000764,test",
];
const PATHS = [
  "files/p10/p10000032/s50414267/02aa804e-bde0afdd-112c0b34-7bc16630-4e384014.jpg",
  "files/p10/p10000032/s50414267/174413ec-4ec4c1f7-34ea26b7-c5f994f8-79ef1962.jpg",
  "files/p10/p10000764/s57375967/096052b7-d256dc40-453a102b-fa7d01c6-1b22c6b4.jpg",
];

test("labels of studies, films of the metadata and the split are joined, gzipped or not", async () => {
  const table = await readLabels(
    makeFiles({
      "mimic-cxr-2.0.0-chexpert.csv.gz": await gzip(`${LABELS.join("\n")}\n`),
      "mimic-cxr-2.0.0-metadata.csv": METADATA,
      "mimic-cxr-2.0.0-split.csv.gz": await gzip(`${SPLIT.join("\n")}\n`),
      "mimic-cxr-2.0.0-negbio.csv": LABELS,
    }),
  );
  expect(table).toMatchObject({ format: "mimic", rows: 3, rowsRead: 4, rowsLeftOut: 1, pathIsId: false });
  expect(cellsOf(table.path)).toEqual(PATHS);
  expect(cellsOf(table.patient)).toEqual(["10000032", "10000032", "10000764"]);
  expect(cellsOf(table.study)).toEqual(["50414267", "50414267", "57375967"]);
  expect(cellsOf(table.view)).toEqual(["Frontal", "Lateral", "Lateral"]);
  expect([...(table.part ?? [])]).toEqual([0, 1, 2]);
  expect(labelCells(table, "No Finding")).toEqual(["1", "1", ""]);
  expect(labelCells(table, "Cardiomegaly")).toEqual(["1", "1", "-1"]);
  expect(table.notes).toEqual([
    "mimic-cxr-2.0.0-negbio.csv is passed over: the labels are taken from mimic-cxr-2.0.0-metadata.csv and mimic-cxr-2.0.0-split.csv.gz and mimic-cxr-2.0.0-chexpert.csv.gz.",
    "mimic-cxr-2.0.0-metadata.csv: left out for being of studies that mimic-cxr-2.0.0-chexpert.csv.gz has no labels for: 1 film.",
  ]);
});

test("films whose split is no word for a part are held out, those it does not list are not, and both are said", async () => {
  const split = [...SPLIT.slice(0, 2), SPLIT[2]?.replace("validate", "external") ?? ""];
  const table = await readLabels(makeFiles({ "a-chexpert.csv": LABELS, "a-metadata.csv": METADATA, "a-split.csv": split }));
  expect([...(table.part ?? [])]).toEqual([0, 2, 0]);
  expect(table.notes.slice(-2)).toEqual([
    "“split” names no part for 1 row, which counts as training.",
    "“split” holds words that are no part, such as “external”: 1 row counts as the dataset's own test, not to be trained on.",
  ]);
});

test("without metadata the split names the films, and what is not known is said", async () => {
  const table = await readLabels(makeFiles({ "mimic-cxr-2.0.0-negbio.csv": LABELS, "mimic-cxr-2.0.0-split.csv": SPLIT }));
  expect(table).toMatchObject({ rows: 3, view: null });
  expect(cellsOf(table.path)).toEqual(PATHS);
  expect([...(table.part ?? [])]).toEqual([0, 1, 2]);
  expect(table.notes).toEqual(["There is no mimic-cxr-2.0.0-metadata.csv: frontal and lateral films cannot be told apart."]);
});

test("without the split there is none", async () => {
  const table = await readLabels(makeFiles({ "a-chexpert.csv": LABELS, "a-metadata.csv": METADATA }));
  expect(table).toMatchObject({ rows: 3, part: null });
  expect(table.notes).toContain("There is no mimic-cxr-2.0.0-split.csv: the official split is not known.");
});

test("labels of studies alone say which file is missing", async () => {
  await expect(readLabels(makeFiles({ "mimic-cxr-2.0.0-chexpert.csv": LABELS }))).rejects.toMatchObject({
    code: "noUsableColumn",
    message: expect.stringMatching(/labels studies, not films\. Put mimic-cxr-2\.0\.0-metadata\.csv or/),
  });
});
