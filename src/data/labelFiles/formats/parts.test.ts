import { expect, test } from "vitest";
import { readLabels } from "../readLabels";
import { cellsOf, labelCells, makeFiles } from "../testSupport";

type Files = Record<string, string[]>;

/** The part of each film, and what was said, whichever order the files are listed in. */
async function readBothWays(files: Files) {
  const read = async (entries: [string, string[]][]) => {
    const { path, part, notes } = await readLabels(makeFiles(Object.fromEntries(entries)));
    const parts = Object.fromEntries((cellsOf(path) ?? []).map((film, row) => [film, part?.[row] ?? 0]));
    return { parts, notes };
  };
  const [forth, back] = [await read(Object.entries(files)), await read(Object.entries(files).reverse())];
  expect(back).toEqual(forth);
  return forth;
}

const TRAIN = ["file,split,Finding", "a.png,train,1", "b.png,train,0"];

test("a file named valid or test keeps its part where the split column of train.csv is not in it", async () => {
  const files = { "train.csv": TRAIN, "valid.csv": ["file,Finding", "v.png,1"], "test.csv": ["file,Finding", "t.png,1"] };
  expect(await readBothWays(files)).toEqual({ parts: { "a.png": 0, "b.png": 0, "v.png": 1, "t.png": 2 }, notes: [] });
});

test("a file named valid wins over the word train, another part's word over the file, and a stranger over neither", async () => {
  const valid = ["file,split,Finding", "v.png,train,1", "w.png,test,0", "x.png,holdout,0", "y.png,,0"];
  expect(await readBothWays({ "train.csv": TRAIN, "valid.csv": valid })).toEqual({
    parts: { "a.png": 0, "b.png": 0, "v.png": 1, "w.png": 2, "x.png": 1, "y.png": 1 },
    notes: ["“split” says training for 1 row of files that are named validation or test; the files' names count."],
  });
});

test("a word that names no part is held out as test, a blank is not, and both are said", async () => {
  const rows = ["a.png,train,1", "b.png,train,0", "c.png,holdout,1", "d.png,valid,0", "e.png,,1"];
  expect(await readBothWays({ "labels.csv": ["file,split,Finding", ...rows] })).toEqual({
    parts: { "a.png": 0, "b.png": 0, "c.png": 2, "d.png": 1, "e.png": 0 },
    notes: [
      "“split” names no part for 1 row, which counts as training.",
      "“split” holds words that are no part, such as “holdout”: 1 row counts as the dataset's own test, not to be trained on.",
    ],
  });
});

test("a column in which half of the rows hold other words is not taken for the split, which is said", async () => {
  const rows = ["a.png,north,1", "b.png,south,0", "c.png,test,1", "d.png,test,0"];
  const files = makeFiles({ "labels.csv": ["file,split,Finding", ...rows] });
  const table = await readLabels(files);
  expect(table).toMatchObject({ part: null, mapping: { split: undefined } });
  expect(labelCells(table, "split")).toEqual(["north", "south", "test", "test"]);
  expect(table.notes).toEqual([
    "labels.csv: “split” is not taken for the dataset's own parts, because half of its first rows or more hold other words, such as “north”, “south”.",
  ]);
  const told = await readLabels(files, { mapping: { path: "file", split: "split" } }).catch((error: unknown) => error);
  expect(told).toMatchObject({
    code: "noUsableColumn",
    at: "labels.csv",
    message: expect.stringMatching(/^labels\.csv: all of its 4 rows belong to the dataset's own validation or test/),
  });
});

test("CheXpert's columns with a split of their own", async () => {
  const rows = ["a.png,1,0,0,train", "b.png,0,1,1,train", "c.png,1,1,1,internal"];
  const table = await readLabels(makeFiles({ "l.csv": ["file,Edema,Cardiomegaly,Pneumonia,split", ...rows] }));
  expect(table.format).toBe("chexpert");
  expect([...(table.part ?? [])]).toEqual([0, 0, 2]);
  expect(table.notes.join()).toContain("such as “internal”");
  const other = await readLabels(makeFiles({ "l.csv": ["file,Edema,Cardiomegaly,Pneumonia,split", "a.png,1,0,0,x"] }));
  expect(other.notes.join()).toContain("“split” is not taken");
});
