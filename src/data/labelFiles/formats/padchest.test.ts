import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

const HEADER =
  ",ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,ViewPosition_DICOM,Projection,MethodProjection,Pediatric,ReportID,Report,MethodLabel,Labels,Localizations";
const row = (i: number, projection: string, labels: string, birth = "1930.0") =>
  `${i},2076_${i}.png,0,20140915,study${i},839860488694${i % 3},${birth},F,POSTEROANTERIOR,${projection},Manual review of DICOM fields,No,4765777,"sin hallazgos, torax ${i}",Physician,"${labels}","[]"`;

test("a Python list becomes a column for each frequent label", async () => {
  const rows = Array.from({ length: 12 }, (_, i) =>
    row(i, i % 2 === 0 ? "PA" : "L", i < 10 ? "['cardiomegaly', ' scoliosis']" : "['normal']"),
  );
  const quotes = row(12, "AP_horizontal", `[""Chilaiditi's sign"", 'cardiomegaly']`);
  const nothing = row(13, "COSTAL", "", "");
  const table = await readLabels(makeFiles({ "PADCHEST.csv": [HEADER, ...rows, quotes, nothing] }));
  expect(table).toMatchObject({ format: "padchest", rows: 14, pathIsId: false });
  expect(table.path.values[1]).toBe("2076_0.png");
  expect(table.labels.filter((label) => label.isFinding).map(({ name }) => name)).toEqual(["cardiomegaly", "scoliosis"]);
  expect(labelCells(table, "cardiomegaly")).toEqual([..."1111111111001"].map(String).concat(""));
  expect(labelCells(table, "scoliosis")).toEqual([..."1111111111000"].map(String).concat(""));
  expect(table.labels[0]?.blankIsUnknown).toBe(true);
  expect(table.notes).toEqual([
    "PADCHEST.csv: 2 labels have no column, being of fewer than 10 films or beyond the 200 most frequent.",
  ]);
  expect(cellsOf(table.view)?.slice(11)).toEqual(["Lateral", "Frontal", "Other"]);
  expect(cellsOf(table.age)?.slice(11)).toEqual(["84", "84", ""]);
  expect(cellsOf(table.sex)?.[0]).toBe("F");
  expect(cellsOf(table.patient)?.slice(0, 3)).toEqual(["8398604886940", "8398604886941", "8398604886942"]);
  expect(cellsOf(table.study)?.[3]).toBe("study3");
});
