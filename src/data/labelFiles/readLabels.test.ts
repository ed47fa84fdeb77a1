import { expect, test } from "vitest";
import { isLabelFileName } from "../../protocol/labelFileName";
import { orderCandidates, readLabels } from "./readLabels";
import { encodeLatin1, encodeUtf16, labelCells, makeFiles } from "./testSupport";

test.each(["train.csv", "a/b.TSV", "x.csv.gz", "test_list.txt", "labels.xlsx"])("%s may hold labels", (path) => {
  expect(isLabelFileName(path)).toBe(true);
});

test.each(["a.png", "csv", "csv/a.jpg", "x.csv.bak", "a.dcm.gz"])("%s holds none", (path) =>
  expect(isLabelFileName(path)).toBe(false),
);

test("likely label files come before other texts, then by name", () => {
  const texts = ["a/README.txt", "Licence.txt.gz"];
  const tables = ["z/Absent.csv", "b.TSV", "films.xlsx", "labels.csv.gz", "test_list.txt", "train.csv"];
  expect(orderCandidates([...texts, ...tables.toReversed()])).toEqual([...tables, "Licence.txt.gz", "a/README.txt"]);
});

const TEXT = "file;größe;Fracture\ra.png;1,5;positive\rb.png;2;negative\r";

test.each([
  ["UTF-8", TEXT, "utf-8"],
  ["UTF-16", encodeUtf16(`\uFEFF${TEXT}`, "le"), "utf-16le"],
  ["Latin-1", encodeLatin1(TEXT), "windows-1252"],
])("semicolons, CR and %s", async (_, content, encoding) => {
  const table = await readLabels(makeFiles({ "l.csv": content }));
  expect(labelCells(table, "Fracture")).toEqual(["1", "0"]);
  expect(table.columns).toEqual(["file", "größe", "Fracture"]);
  expect(table.files[0]?.encoding).toBe(encoding);
  expect(table.notes).toEqual(
    encoding === "windows-1252" ? ["l.csv is not valid UTF-8; it is read as Windows-1252 (Latin-1)."] : [],
  );
});

test("ragged rows and repeated headers are said", async () => {
  const table = await readLabels(makeFiles({ "l.csv": ["file,mass,mass", "a.png,1", "b.png,0,1,1", "c.png,0,0"] }));
  expect(table.notes).toEqual([
    "l.csv: a column name is given twice; the later one is called “mass (2)”.",
    "l.csv: 2 rows have more or fewer cells than the header, the first is row 2; missing cells are read as blank.",
  ]);
});

test("progress is told while rows are read", async () => {
  const told: number[] = [];
  const rows = Array.from({ length: 50_000 }, (_, i) => `${i}.png,${i % 2}`);
  await readLabels(makeFiles({ "l.csv": ["file,mass", ...rows] }), {}, (done) => told.push(done));
  expect(told.length).toBeGreaterThan(1);
  expect(told).toEqual([...told].sort((a, b) => a - b));
});

test.each([
  ["no files", {}, "noCsv", /no label file/],
  ["a broken CSV", { "t.csv": 'Path,Edema\n"a.jpg,1\n' }, "badCsv", /t\.csv, row 2: a quotation mark/],
  ["a spreadsheet", { "t.xlsx": "PK\u0003\u0004", "readme.txt": "words" }, "noCsv", /t\.xlsx is a spreadsheet\. Save it as CSV/],
  ["an empty CSV", { "t.csv": "" }, "noCsv", /t\.csv is empty/],
  ["a CSV of one line", { "readme.csv": "Films of 2019\n" }, "noCsv", /readme\.csv has a header and no rows/],
  ["one line beside a broken text", { "a.txt": 'x\n"y\n', "readme.csv": "Films\n" }, "noCsv", /readme\.csv has a header/],
  [
    "a broken CSV beside one of other things",
    { "a.csv": "size\n1\n", "t.csv": 'Path,Edema\n"a.jpg,1\n' },
    "badCsv",
    /t\.csv, row 2/,
  ],
  [
    "a broken CSV beside film names",
    { "a.csv": "file,x\na.png,3\n", "t.csv": 'Path,Edema\n"a.jpg,1\n' },
    "badCsv",
    /t\.csv, row 2/,
  ],
  ["a broken TSV beside one line", { "a.csv": "size\n", "t.tsv": 'Path\tEdema\n"a.jpg\t1\n' }, "badCsv", /t\.tsv, row 2/],
  [
    "no file names",
    { "t.csv": "id,Edema\n1,1\n2,0\n" },
    "noUsableColumn",
    /no column holds the films' file names .* “id”, “Edema”/,
  ],
  ["no labels", { "t.csv": "Path,x\na.jpg,3\nb.jpg,3\n" }, "noUsableColumn", /no column beside the film's name holds labels/],
  [
    "film names and no labels",
    { "sizes.csv": ["file,bytes", ...Array.from({ length: 99 }, (_, i) => `${i}.png,${1000 + i}`)] },
    "noUsableColumn",
    /sizes\.csv: no column beside the film's name holds labels/,
  ],
])("%s is a sentence", async (_, files, code, message) => {
  await expect(readLabels(makeFiles({ ...files }))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("a row that is broken beyond the head is named as well", async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => `film${i}.png,${i % 2}`);
  await expect(readLabels(makeFiles({ "t.csv": ["file,mass", ...rows, '"open.png,1'] }))).rejects.toMatchObject({
    code: "badCsv",
    at: "t.csv:40002",
  });
});

test("a format chosen by hand says what it needs", async () => {
  const files = makeFiles({ "t.csv": ["file,mass", "a.png,1", "b.png,0"] });
  await expect(readLabels(files, { format: "nih" })).rejects.toMatchObject({
    code: "noUsableColumn",
    message: expect.stringMatching(/t\.csv cannot be read as NIH ChestX-ray14: that needs a CSV with the columns “Image Index”/),
  });
});
