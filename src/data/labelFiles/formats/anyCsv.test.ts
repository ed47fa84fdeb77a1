import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

test("one column names the film; the others are guessed by their names", async () => {
  const table = await readLabels(
    makeFiles({
      "export.csv": [
        "Bild;Patient ID;Projection;Gender;Age;Split;Fracture seen;Grade;Note",
        "img_1.png;7;PA;f;60Y;train;yes;mild;x",
        "img_2.png;7;LATERAL;f;60Y;train;no;severe;x",
        "img_3.png;8;AP;m;;val;Yes;mild;x",
        "img_4.png;9;AP;m;41;test;;none;x",
      ],
    }),
  );
  expect(table).toMatchObject({ format: "anyCsv", rows: 4, pathIsId: false, alternatives: [] });
  expect(table.reason).toContain("“Bild” holds film file names, “Projection” the view");
  expect(table.mapping).toMatchObject({ path: "Bild", patient: "Patient ID", sex: "Gender", age: "Age", split: "Split" });
  expect(table.columns).toContain("Fracture seen");
  expect(cellsOf(table.view)).toEqual(["Frontal", "Lateral", "Frontal", "Frontal"]);
  expect(cellsOf(table.age)).toEqual(["60", "60", "", "41"]);
  expect([...(table.part ?? [])]).toEqual([0, 0, 1, 2]);
  expect(labelCells(table, "Fracture seen")).toEqual(["1", "0", "1", ""]);
  expect(table.labels.map(({ name, isFinding }) => [name, isFinding])).toEqual([
    ["Fracture seen", true],
    ["Projection", false],
    ["Grade", false],
  ]);
});

test("columns mapped by hand, names without extension among them", async () => {
  const files = makeFiles({ "t.csv": ["id,who,a,b,fold", "x1,p1,1,0,test", "x2,p1,0,1,train", "x3,p2,1,1,3"] });
  await expect(readLabels(files)).rejects.toMatchObject({
    code: "noUsableColumn",
    message: expect.stringContaining("“id”, “who”"),
  });
  const table = await readLabels(files, { mapping: { path: "id", patient: "who", split: "fold", labels: ["b"] } });
  expect(table).toMatchObject({ format: "anyCsv", pathIsId: true });
  expect(cellsOf(table.patient)).toEqual(["p1", "p1", "p2"]);
  expect([...(table.part ?? [])]).toEqual([2, 0, 2]);
  expect(table.labels.map(({ name }) => name)).toEqual(["b"]);
  expect(table.notes.join()).toContain("“fold” holds words that are no part, such as “3”");
});

test("a mapping overrules what was recognised, and a column it names must be there", async () => {
  const files = makeFiles({
    "train.csv": ["Path,Frontal/Lateral,Edema,Other", "a.jpg,Frontal,1,b.jpg", "c.jpg,Frontal,0,d.jpg"],
  });
  expect((await readLabels(files)).format).toBe("chexpert");
  expect(cellsOf((await readLabels(files, { mapping: { path: "Other" } })).path)).toEqual(["b.jpg", "d.jpg"]);
  await expect(readLabels(files, { mapping: { path: "Path", patient: "gone" } })).rejects.toMatchObject({
    code: "noUsableColumn",
    message: "train.csv has no column “gone”. Choose another label file or format.",
  });
});

test("labels are preferred to a list of films, and train.csv has its valid.csv", async () => {
  const table = await readLabels(
    makeFiles({
      "films.csv": ["file,size", "a.png,1", "b.png,1"],
      "train.csv": ["file,mass", "a.png,1", "b.png,0"],
      "val.csv": ["file,mass", "c.png,1"],
      "SHA256SUMS.txt": ["checksum", "films/a.png", "films/b.png"],
    }),
  );
  expect(table.files.map(({ path }) => path)).toEqual(["train.csv", "val.csv"]);
  expect([...(table.part ?? [])]).toEqual([0, 0, 1]);
});

test("a patient in the path, where no column tells", async () => {
  const table = await readLabels(makeFiles({ "t.csv": ["file,mass", "patient7/a.png,1", "patient8/b.png,0"] }));
  expect(cellsOf(table.patient)).toEqual(["7", "8"]);
  const both = makeFiles({ "t.csv": ["file,subject,mass", "patient7/a.png,x,1", "patient8/b.png,x,0"] });
  expect(cellsOf((await readLabels(both)).patient)).toEqual(["7", "8"]);
  expect(cellsOf((await readLabels(both, { mapping: { path: "file", patient: "subject" } })).patient)).toEqual(["x", "x"]);
});

const FILMS = Array.from({ length: 30 }, (_, i) => `${i}.png`);
const FINDINGS = ["file,finding", ...FILMS.map((film, i) => `${film},${i % 2}`)];
const SOURCES = ["file,how,licence", ...FILMS.map((film, i) => `${film},${i % 2 ? "scan" : "export"},CC0`)];
const CLASSES = ["file,kind", ...FILMS.map((film, i) => `${film},${i % 2 ? "viral" : "bacterial"}`)];

test.each([
  ["findings to names to choose from", { "a.csv": SOURCES, "z.csv": FINDINGS }, "z.csv"],
  ["findings to a manifest", { "MANIFEST.csv": SOURCES, "labels.csv": FINDINGS }, "labels.csv"],
  ["other names to a manifest's", { "MANIFEST.csv": SOURCES, "z.csv": CLASSES.slice(0, 20) }, "z.csv"],
  ["names that speak of labels", { "a.csv": CLASSES, "labels.csv": CLASSES.slice(0, 20) }, "labels.csv"],
  ["more rows", { "a.csv": CLASSES.slice(0, 20), "z.csv": CLASSES }, "z.csv"],
])("of several tables it prefers %s", async (_, files, path) => {
  expect((await readLabels(makeFiles(files))).files[0]?.path).toBe(path);
});

test("a file that a person chose is preferred to all, and a format that reads it to others", async () => {
  const edema = ["Path,Edema,Fracture,Pneumonia", ...FILMS.map((film, i) => `${film},1,0,${i % 2}`)];
  const files = makeFiles({ "train.csv": edema, "MANIFEST.csv": SOURCES, "labels.csv": FINDINGS });
  const chosen = files.map((file) => ({ ...file, isChosen: file.path === "MANIFEST.csv" }));
  expect((await readLabels(files)).format).toBe("chexpert");
  expect(await readLabels(chosen)).toMatchObject({ format: "anyCsv", alternatives: [], files: [{ path: "MANIFEST.csv" }] });
});
