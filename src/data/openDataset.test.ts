import { expect, test } from "vitest";
import { makeChexpertCsv } from "./drawn/madeCsv";
import type { FolderReader } from "./folder/folder";
import { readHandle } from "./folder/folderHandle";
import { indexFolder } from "./openDataset";
import { type MemoryHandle, makeFolder, makeHandle, type Tree } from "./testSupport";

const HEADER = "Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Cardiomegaly,Edema";
const film = (patient: number, part = "train", view = "frontal") => `${part}/patient${patient}/study1/view1_${view}.jpg`;
const open = (folder: FolderReader, ...labelFiles: File[]) => indexFolder(folder, labelFiles, {}, () => {});

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
    fingerprint: index.fingerprint,
    patients: 2,
    ownValidation: { part: "validation", rows: 1 },
    hasViews: true,
    notes: ["crossref.csv is passed over: the labels are taken from train.csv and valid.csv."],
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
    { value: "1", written: "1", rows: 4 },
    { value: "", written: "", rows: 1 },
    { value: "0", written: "0", rows: 1 },
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

test("a policy for blanks is for findings that leave some blank, and not where a blank says that nothing is known", async () => {
  const blanksOf = async (tree: Record<string, string>) =>
    (await open(makeFolder(tree))).summary.columns.flatMap(({ name, isLabel, hasBlanks }) =>
      isLabel ? [[name, hasBlanks]] : [],
    );
  const images = { "a.png": "", "b.png": "", "c.png": "" };
  expect(await blanksOf(FOLDER)).toEqual([
    ["No Finding", true],
    ["Cardiomegaly", true],
  ]);
  expect(await blanksOf({ ...images, "labels.csv": "Path,Edema,Fracture\na.png,1,1\nb.png,0,0\nc.png,,1\n" })).toEqual([
    ["Edema", true],
    ["Fracture", false],
  ]);
  const nih = "Image Index,Finding Labels,Patient ID\na.png,Cardiomegaly,1\nb.png,No Finding,2\nc.png,,3\n";
  const ofNih = await blanksOf({ ...images, "Data_Entry_2017.csv": nih });
  expect(ofNih).toContainEqual(["Cardiomegaly", false]);
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
  expect(summary.notes.join()).toContain("in both the dataset's training part and its own validation or test: 1.");
});

const NIH = "Image Index,Finding Labels,Patient ID\n1.png,Mass,1\n2.png,No Finding,2\n3.png,Mass,3\n";
const STUDIES = "subject_id,study_id,Edema,Fracture,Pneumonia\n10000001,5001,1,0,1\n10000002,5002,0,1,0\n";
const STUDY_FILMS = "dicom_id,subject_id,study_id,ViewPosition\na-1,10000001,5001,PA\na-2,10000002,5002,AP\n";
const STUDY_SPLIT = "dicom_id,study_id,subject_id,split\na-1,5001,10000001,train\na-2,5002,10000002,test\n";

test("a CSV chosen by hand is read before the folder's own, with its validation", async () => {
  const csv = new File([`Path,Edema\nx/${film(1)},1\nx/${film(2)},0\n`], "other.csv");
  const { summary } = await open(makeFolder(FOLDER), csv);
  expect(summary).toMatchObject({ csvPath: "other.csv", rows: 2, ownValidation: { part: "validation", rows: 1 } });
  expect(summary.notes).toContain("train.csv is passed over: the labels are taken from other.csv and valid.csv.");
});

test("of two files of a format the one chosen by hand is read, whatever their names", async () => {
  const csv = new File([[HEADER, `CheXpert/${film(1)},,,,,,1,0`, `CheXpert/${film(2)},,,,,,0,1`].join("\n")], "mine.csv");
  const { summary } = await open(makeFolder(FOLDER), csv);
  expect(summary).toMatchObject({ format: "chexpert", csvPath: "mine.csv", rows: 2, ownValidation: { rows: 1 } });
});

test("a CSV chosen by hand for a folder without label files", async () => {
  const csv = new File(["file,Mass\na.png,1\nb.png,0\n"], "mine.csv");
  expect((await open(makeFolder({ "a.png": "", "b.png": "" }), csv)).summary).toMatchObject({ csvPath: "mine.csv", rows: 2 });
});

test("a CSV chosen by hand takes the place of the folder's of the same name", async () => {
  const csv = new File([FOLDER["train.csv"].replace("1.0,0.0", "1.0,1.0")], "Train.csv");
  const moved = Object.fromEntries(Object.entries(FOLDER).map(([path, content]) => [`CheXpert/${path}`, content]));
  const { summary } = await open(makeFolder(moved), csv);
  expect(summary).toMatchObject({ csvPath: "CheXpert/train.csv", rows: 6, ownValidation: { rows: 1 } });
  expect(summary.columns.map(({ name }) => name)).toContain("Edema");
});

test.each([
  ["beside the films", ""],
  ["below an empty top", "NIH/"],
])("NIH's CSV chosen by hand keeps the folder's official test part %s", async (_, at) => {
  const films = { [`${at}1.png`]: "", [`${at}2.png`]: "", [`${at}3.png`]: "" };
  const folder = makeFolder({ ...films, [`${at}test_list.txt`]: "3.png\n" });
  const { summary } = await open(folder, new File([NIH], "Data_Entry_2017_v2020.csv"));
  expect(summary).toMatchObject({ format: "nih", rows: 2, ownValidation: { part: "test", rows: 1 } });
});

test("NIH's list chosen by hand joins the CSV of the folder", async () => {
  const folder = makeFolder({ "1.png": "", "2.png": "", "3.png": "", "Data_Entry.csv": NIH });
  const { summary } = await open(folder, new File(["2.png\n"], "test_list.txt"));
  expect(summary).toMatchObject({ format: "nih", rows: 2, ownValidation: { part: "test", rows: 1 } });
});

test("MIMIC's labels chosen by hand are joined with the films and the split of the folder, be they deeper than others", async () => {
  const folder = makeFolder({
    "README.txt": "about",
    "tables/mimic-cxr-2.0.0-metadata.csv": STUDY_FILMS,
    "tables/mimic-cxr-2.0.0-split.csv": STUDY_SPLIT,
    "files/p10/p10000001/s5001/a-1.jpg": "",
    "files/p10/p10000002/s5002/a-2.jpg": "",
  });
  const { summary } = await open(folder, new File([STUDIES], "mimic-cxr-2.0.0-chexpert.csv"));
  expect(summary).toMatchObject({ format: "mimic", rows: 1, rowsWithoutFilm: 0, ownValidation: { part: "test", rows: 1 } });
});

test("a chosen CSV that cannot be used is refused, whatever else the folder holds", async () => {
  const sizes = new File(["name,size\na,1\n"], "mine.csv");
  await expect(open(makeFolder(FOLDER), sizes)).rejects.toMatchObject({
    code: "noUsableColumn",
    message: expect.stringMatching(/^mine\.csv: .*“name”, “size”/),
  });
  const broken = new File(['Path,Edema\n"a.jpg,1\n'], "mine.csv");
  await expect(open(makeFolder(FOLDER), broken)).rejects.toMatchObject({ code: "badCsv", at: "mine.csv:2" });
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
  expect(await fingerprint({ ...FOLDER, [film(9)]: "" })).not.toBe(first);
  expect(await fingerprint({ ...FOLDER, "train.csv": FOLDER["train.csv"].replace("1.0", "0.0") })).not.toBe(first);
});

/** CheXpert's layout with this many films behind a directory handle, which counts how many directories were listed. */
function makeLargeFolder(rows: number, missing = 0) {
  const { csv, films } = makeChexpertCsv(rows);
  const tree: Tree = { "train.csv": csv };
  for (const film of films.slice(missing)) {
    const parts = film.split("/");
    const name = parts.pop() ?? "";
    let at = tree;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Tree;
    }
    at[name] = "film";
  }
  let listed = 0;
  const count = (handle: MemoryHandle): MemoryHandle => ({
    ...handle,
    entries: async function* () {
      listed++;
      for await (const [name, entry] of handle.entries()) {
        yield [name, entry.kind === "directory" ? count(entry as MemoryHandle) : entry];
      }
    },
  });
  return { folder: readHandle("CheXpert-v1.0-small", count(makeHandle(tree))), films, listed: () => listed };
}

test("a large folder behind a handle is not listed: its films are looked up where the labels say", async () => {
  const { folder, films, listed } = makeLargeFolder(6_000);
  const index = await open(folder);
  expect(listed()).toBe(1);
  expect(index.summary).toMatchObject({ rows: 6_000, films: 6_000, rowsWithoutFilm: null, filmsWithoutRow: null });
  expect(index.summary.notes.join()).toContain("Of 192 looked up, 192 are there.");
  expect(Array.from(index.filmOfRow, (film) => index.films[film])).toEqual(films);
});

test("where most of its films are missing it is listed after all, and what is missing is counted", async () => {
  const { folder, listed } = makeLargeFolder(6_000, 4_000);
  const { summary } = await open(folder);
  expect(listed()).toBeGreaterThan(1_000);
  expect(summary).toMatchObject({ films: 2_000, rowsWithoutFilm: 4_000, filmsWithoutRow: 0 });
});

test("however a folder comes, the same films make the same dataset", async () => {
  const { csv, films } = makeChexpertCsv(6_000);
  const listed = await open(makeFolder(new Map([["train.csv", csv], ...films.map((film): [string, string] => [film, ""])])));
  expect((await open(makeLargeFolder(6_000).folder)).fingerprint).toBe(listed.fingerprint);
});

test("DICOM files without an extension are films, by a name or by a UID; what is beside them is none", async () => {
  const csv = "Path,Cardiomegaly\nA/IM0001,1\nA/IM0002,0\nA/1.2.840.113619.2.5,0\n";
  const films = { "A/IM0001": "", "A/IM0002": "", "A/1.2.840.113619.2.5": "" };
  const { summary, films: found } = await open(makeFolder({ "l.csv": csv, ...films, DICOMDIR: "", README: "", "notes.pdf": "" }));
  expect(found).toEqual(Object.keys(films));
  expect(summary).toMatchObject({ rows: 3, rowsWithoutFilm: 0, filmsWithoutRow: 0 });
});

test("two rows that come to the same film by different paths are one film", async () => {
  const csv = "Path,Patient ID,Cardiomegaly\nimages/a.png,1,1\na.png,2,0\nimages/b.png,2,0\n";
  const { summary, filmOfRow } = await open(makeFolder({ "l.csv": csv, "images/a.png": "", "images/b.png": "" }));
  expect([...filmOfRow]).toEqual([0, -1, 1]);
  expect(summary.duplicateRows).toBe(1);
});

test("the label CSV is found among any number of reports, and what was not looked into is said", async () => {
  const reports = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`IM${i}.txt`, "report text\nThe heart is enlarged.\n"]),
  );
  const tree: Tree = { ...reports, "labels.csv": "file,Cardiomegaly\na.png,1\nb.png,0\n", "a.png": "a", "b.png": "b" };
  const { summary } = await open(readHandle("films", makeHandle(tree)));
  expect(summary).toMatchObject({ csvPath: "labels.csv", rows: 2 });
  expect(summary.notes.join()).toContain("not looked into for labels: 11 of 61");
});

test("a CSV that names no films beside class folders is passed over with its reason", async () => {
  const films = { "NORMAL/a.png": "", "NORMAL/b.png": "", "PNEUMONIA/c.png": "", "PNEUMONIA/d.png": "" };
  const { summary } = await open(makeFolder({ ...films, "readme.csv": "about\nchest films\n" }));
  expect(summary).toMatchObject({ format: "folderPerClass", rows: 4 });
  expect(summary.notes.join()).toContain("readme.csv");
});

test("rows that contradict an earlier one of the same film are counted", async () => {
  const csv = "Path,Cardiomegaly,Edema\na.png,0,1\nb.png,1,0\na.png,1,1\nb.png,1,0\n";
  const { summary } = await open(makeFolder({ "l.csv": csv, "a.png": "", "b.png": "" }));
  expect(summary).toMatchObject({ duplicateRows: 2, conflictingRows: 1 });
});

test("names in another case, and films that were converted, are found all the same", async () => {
  const csv = "Path,Cardiomegaly\nC:\\data\\film_0.dcm,1\nC:\\data\\film_1.dcm,0\n";
  const index = await open(makeFolder({ "l.csv": csv, "Film_0.JPG": "", "Film_1.JPG": "" }));
  expect(Array.from(index.filmOfRow, (film) => index.films[film])).toEqual(["Film_0.JPG", "Film_1.JPG"]);
});

test("a name that lies in the folder twice is said to", async () => {
  const csv = "Path,Cardiomegaly\nIM0.jpg,1\nIM1.jpg,0\n";
  const films = { "s0/IM0.jpg": "", "s1/IM0.jpg": "", "s0/IM1.jpg": "", "s1/IM1.jpg": "" };
  await expect(open(makeFolder({ "l.csv": csv, ...films }))).rejects.toThrow(/“IM0.jpg” lies there 2 times/);
});

test("a table of findings that names no films is not passed over for the folders the films lie in", async () => {
  const films = { "PA0/IM0001": "", "PA0/IM0002": "", "PA1/IM0001": "", "PA1/IM0002": "" };
  const csv = "SOPInstanceUID,Cardiomegaly\n1.2.3,1\n1.2.4,0\n";
  await expect(open(makeFolder({ ...films, "a.csv": "about\nfilms\n", "export.csv": csv }))).rejects.toMatchObject({
    code: "noUsableColumn",
    message: expect.stringMatching(/^export\.csv: no column holds the films' file names .*“SOPInstanceUID”, “Cardiomegaly”/),
  });
});

test("folders chosen as classes where there are none are what the sentence is about", async () => {
  const folder = makeFolder({ "a.png": "", "b.png": "", "l.csv": "file,Mass\na.png,1\nb.png,0\n" });
  await expect(indexFolder(folder, [], { format: "folderPerClass" }, () => {})).rejects.toMatchObject({
    code: "noCsv",
    message: expect.stringContaining("its films do not lie in folders of classes"),
  });
});
