import { expect, test } from "vitest";
import { indexFolder } from "./filmIndex";
import type { FolderReader } from "./folder";
import { makeFolder } from "./testSupport";

const HEADER = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Cardiomegaly,Edema";
const film = (patient: number, part = "train", view = "frontal") => `${part}/patient${patient}/study1/view1_${view}.jpg`;
const open = (folder: FolderReader, csv?: File) => indexFolder(folder, csv, () => {});

const FOLDER = {
  "train.csv": [
    HEADER,
    `CheXpert/${film(1)},Male,50,Frontal,AP,,1.0,0.0`,
    `CheXpert/${film(2)},Female,60,Frontal,PA,1.0,,-1.0`,
    `CheXpert/${film(2, "train", "lateral")},Female,60,Lateral,,,0.0,`,
    `CheXpert/${film(2)},Female,60,Frontal,PA,,1.0,`,
    `CheXpert/${film(9)},Female,60,Frontal,PA,,1.0,`,
    `CheXpert/../../${film(1)},Female,60,Frontal,PA,,1.0,`,
    "",
  ].join("\n"),
  "valid.csv": `${HEADER}\nCheXpert/${film(3, "valid")},Male,40,Frontal,AP,,1.0,\n`,
  "crossref.csv": "name,other\nx,1\n",
  [film(1)]: "",
  [film(2)]: "",
  [film(2, "train", "lateral")]: "",
  [film(3, "valid")]: "",
  [film(7)]: "",
  "readme.txt": "",
};

test("CheXpert's layout: rows, films, patients, views and what does not fit", async () => {
  const index = await open(makeFolder(FOLDER));
  expect(index.summary).toMatchObject({
    csvPath: "train.csv",
    films: 5,
    rows: 6,
    rowsWithoutFilm: 1,
    filmsWithoutRow: 1,
    duplicateRows: 1,
    rejectedRows: 1,
    patients: 2,
    ownValidation: { csvPath: "valid.csv", rows: 1 },
    hasViews: true,
    notes: ["crossref.csv is passed over: it is not in CheXpert's layout."],
  });
  expect(index.summary.formatReason).toContain("3 of CheXpert's 14 findings");
  expect(index.summary.columns.map((column) => [column.name, column.isLabel])).toEqual([
    ["No Finding", true],
    ["Cardiomegaly", true],
    ["Sex", false],
    ["Age", false],
    ["Frontal/Lateral", false],
    ["AP/PA", false],
  ]);
  expect(index.summary.columns[1]?.values).toEqual([
    { value: "1", rows: 4 },
    { value: "", rows: 1 },
    { value: "0", rows: 1 },
  ]);
  expect([...index.lateral]).toEqual([0, 0, 1, 0, 0, 0, 0]);
  expect(Array.from(index.filmOfRow, (place) => index.films[place] ?? null)).toEqual([
    film(1),
    film(2),
    film(2, "train", "lateral"),
    null,
    null,
    null,
    film(3, "valid"),
  ]);
});

test("underscored headers, integer labels and a path column known by its content", async () => {
  const csv = `picture,No_Finding,Cardiomegaly\n/disk/of/someone/${film(1)},1,0\n/disk/of/someone/${film(2)},0,1\n`;
  const { summary } = await open(makeFolder({ "labels/mine.csv": csv, [film(1)]: "", [film(2)]: "" }));
  expect(summary).toMatchObject({ csvPath: "labels/mine.csv", rowsWithoutFilm: 0, patients: 2 });
  expect(summary.formatReason).toContain("“picture” holds film file names");
});

test("patients from a column, or each film for itself, which is said", async () => {
  const films = { "a.png": "", "b.png": "", "c.png": "" };
  const byColumn = await open(makeFolder({ ...films, "l.csv": "file,Patient ID,y\na.png,7,1\nb.png,7,0\nc.png,8,0\n" }));
  expect(byColumn.summary.patients).toBe(2);
  const alone = await open(makeFolder({ ...films, "l.csv": "file,y\na.png,1\nb.png,0\nc.png,0\n" }));
  expect(alone.summary.patients).toBe(3);
  expect(alone.summary.notes.join()).toContain("Each counts as a patient of its own");
});

test("patients in both CSVs are said", async () => {
  const shared = `${FOLDER["valid.csv"]}CheXpert/${film(1, "valid")},Male,40,Frontal,AP,,1.0,\n`;
  const { summary } = await open(makeFolder({ ...FOLDER, "valid.csv": shared, [film(1, "valid")]: "" }));
  expect(summary.notes.join()).toContain("in both the training and the validation CSV: 1.");
});

test("a CSV chosen by hand stands in for the folder's own", async () => {
  const csv = new File([`Path,Edema\nx/${film(1)},1\nx/${film(2)},0\n`], "other.csv");
  expect((await open(makeFolder(FOLDER), csv)).summary).toMatchObject({ csvPath: "other.csv", rows: 2, ownValidation: null });
});

test.each([
  ["an empty folder", {}, "emptyFolder", /holds no files/],
  ["no CSV", { "a.jpg": "", "b.jpg": "" }, "noCsv", /2 films and no \.csv/],
  ["neither", { "a.txt": "", "b.pdf": "" }, "noCsv", /1 \.txt, 1 \.pdf/],
  ["no films", { "train.csv": `${HEADER}\n${film(1)},,,,,,1,\n` }, "noFilms", /no films/],
  ["a CSV without file names", { "a.jpg": "", "t.csv": "id,Edema\n1,1\n2,0\n" }, "noUsableColumn", /“id”, “Edema”/],
  [
    "a CSV without labels",
    { "a.jpg": "", "b.jpg": "", "t.csv": "Path,x\na.jpg,3\nb.jpg,3\n" },
    "noUsableColumn",
    /no column beside/,
  ],
  ["a broken CSV", { "a.jpg": "", "t.csv": 'Path,Edema\n"a.jpg,1\n' }, "badCsv", /t\.csv, row 2/],
  [
    "other films",
    { "z.jpg": "", "t.csv": "Path,Edema\na.jpg,1\nb.jpg,0\n" },
    "noFilms",
    /it names “a\.jpg”, the folder holds “z\.jpg”/,
  ],
])("%s is a sentence", async (_, files, code, message) => {
  await expect(open(makeFolder({ ...files }))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("the fingerprint changes with the labels and with the films, not with the folder's name", async () => {
  const fingerprint = async (files: Record<string, string>, name?: string) => (await open(makeFolder(files, name))).fingerprint;
  const first = await fingerprint(FOLDER);
  expect(await fingerprint(FOLDER, "moved")).toBe(first);
  expect(await fingerprint({ ...FOLDER, [film(8)]: "" })).not.toBe(first);
  expect(await fingerprint({ ...FOLDER, "train.csv": FOLDER["train.csv"].replace("1.0", "0.0") })).not.toBe(first);
});
