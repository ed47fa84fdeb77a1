import { createHash } from "node:crypto";
import fc from "fast-check";
import Papa from "papaparse";
import { expect, test } from "vitest";
import { readHead, readTable } from "./csvTable";
import { cellsOf, makeFiles } from "./testSupport";

type Content = string | Uint8Array<ArrayBuffer>;

/** The only file's table, with all of its columns. */
async function read(content: Content, wanted: string[] = []) {
  const table = await readTable(makeFiles({ "train.csv": content }), ["Path", "A", "B", ...wanted]);
  const [report] = table.reports;
  const cells = (name: string) => cellsOf(table.columns.find((column) => column.name === name));
  return { table, report, cells };
}

test("BOM, CRLF, quotes, commas and line ends inside quotes", async () => {
  const { table, cells, report } = await read(
    '\uFEFFPath,Label,Note\r\n"a, b.jpg",1.0,"says ""x"""\r\nc.jpg,0,"two\r\nlines"\r\n',
  );
  expect(table.columns.map((column) => column.name)).toEqual(["Path", "Label", "Note"]);
  expect(cells("Path")).toEqual(["a, b.jpg", "c.jpg"]);
  expect(cells("Label")).toEqual(["1", "0"]);
  expect(cells("Note")).toEqual(['says "x"', "two\nlines"]);
  expect(report).toMatchObject({ rows: 2, quotedLineEnds: 1 });
});

test.each([
  ["comma", "Path,A;b,B\na.jpg,1,0\nb.jpg,0,1\n", "A;b"],
  ["semicolon", "Path;A, in words;B\na.jpg;1,0;0\nb.jpg;0;1\n", "A, in words"],
  ["tab", "Path\tA\tB\na, b.jpg\t1\t0\nb.jpg\t0\t1\n", "A"],
  ["pipe, where nothing else separates", "Path|A|B\na.jpg|1|0\nb.jpg|0|1\n", "A"],
  ["comma, though cells are joined by pipes", "Path,A,B\na|b|c|d,1,0\nb,0,1\n", "A"],
])("the separator is a %s", async (_, text, name) => {
  expect((await read(text, [name])).cells(name)).toEqual(["1", "0"]);
});

test.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
  ["CR", "\r"],
])("lines end in %s", async (_, end) => {
  const { cells, report } = await read(["Path,A", "a.jpg,1", "b.jpg,0"].join(end) + end);
  expect(cells("A")).toEqual(["1", "0"]);
  expect(report).toMatchObject({ rows: 2, blankLines: [] });
});

test("headers named like an object's own properties are columns as any other", async () => {
  const { cells } = await read("Path,__proto__,constructor,toString\na.jpg,1,0,__proto__\n");
  expect(cells("__proto__")).toEqual(["1"]);
  expect(cells("constructor")).toEqual(["0"]);
  expect(cells("toString")).toEqual(["__proto__"]);
});

test("duplicate and empty header names are told apart", async () => {
  const { table, report } = await read(",Edema,Edema,edema\n0,1,0,1\n");
  expect(table.columns.map((column) => column.name)).toEqual(["Column 1", "Edema", "Edema (2)", "edema (3)"]);
  expect(report?.renamedColumns).toEqual(["Edema (2)", "edema (3)"]);
});

test("ragged rows are padded, blank lines passed over, and both are counted", async () => {
  const { report, table, cells } = await read("\nPath,A,B\na.jpg,1\n\nb.jpg,1,0,9\nc.jpg,0,0\nd.jpg,0,0, ,\n");
  expect(table.rows).toBe(4);
  expect(cells("B")).toEqual(["", "0", "0", "0"]);
  expect(report).toMatchObject({ rows: 4, blankLines: [1, 4], raggedRows: 2, firstRaggedRow: 3 });
});

test("a column of more than 500 values is there only where it was asked for", async () => {
  const text = `Path,Note\n${Array.from({ length: 501 }, (_, i) => `${i}.jpg,${i}`).join("\n")}`;
  expect((await read(text)).cells("Note")).toBeNull();
  expect((await read(text, ["note"])).cells("Note")).toHaveLength(501);
});

test("the SHA-256 is of the file's bytes, byte order mark included", async () => {
  const bytes = new TextEncoder().encode("\uFEFFPath,A\r\na.jpg,1\r\n");
  expect((await read(bytes)).report?.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("a file of several pieces is read as in one, whatever falls on the seam", async () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `"földer ${i},x/ä.jpg",${i % 2}.0,"q""${i}\r\n"`);
  const { table, cells } = await read(`Path,A,B\r\n${rows.join("\r\n")}`);
  expect(table.rows).toBe(20_000);
  expect(cells("Path")?.every((path, i) => path === `földer ${i},x/ä.jpg`)).toBe(true);
  expect(cells("B")?.every((note, i) => note === `q"${i}`)).toBe(true);
});

test("any table that Papa Parse writes is read back", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", " ", "\n", "ß", "x") });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
      const given = rows.map(([a, b], i) => [`f${i}.jpg`, a, b]);
      const { cells } = await read(Papa.unparse([["Path", "A", "B"], ...given]));
      expect(cells("A")).toEqual(given.map((row) => row[1]?.trim()));
      expect(cells("B")).toEqual(given.map((row) => row[2]?.trim()));
    }),
  );
});

test("an open quote names its row", async () => {
  await expect(read('Path,A\na.jpg,1\nb.jpg,"1\nc.jpg,0\n')).rejects.toMatchObject({ code: "badCsv", at: "train.csv:3" });
  const long = `Path,A\na.jpg,1\nb.jpg,"1\n${"c.jpg,0\n".repeat(200_000)}`;
  await expect(read(long)).rejects.toMatchObject({ code: "badCsv", at: "train.csv:3" });
});

test.each([
  ["an empty file", "", "noCsv", /train\.csv is empty/],
  ["blank lines alone", "\n\n \n", "noCsv", /train\.csv is empty/],
  ["a header alone", "Path,A\n", "noCsv", /header and no rows/],
  ["a header of thousands of cells", `${",".repeat(5000)}\n1\n`, "badCsv", /header row has 5001 cells/],
])("%s is a sentence", async (_, text, code, message) => {
  const [file] = makeFiles({ "train.csv": text });
  await expect(readHead(file as NonNullable<typeof file>)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});

test("the head of a large file ends with its last whole row", async () => {
  const row = `${"x".repeat(90)}.jpg,1\n`;
  const [file] = makeFiles({ "train.csv": `Path,A\n${row.repeat(10_000)}` });
  const head = await readHead(file as NonNullable<typeof file>);
  expect(head.rows).toBe(Math.floor((2 ** 18 - "Path,A\n".length) / row.length));
  expect(head.columns[0]?.values).toEqual(["", row.slice(0, 94)]);
});

test("a second file's rows follow, its columns matched by name, its part beside them", async () => {
  const [train, valid] = makeFiles({
    "train.csv": "Path,No Finding,Edema\na.jpg,1.0,0\n",
    "valid.csv": "Path,Edema,no_finding,Extra\nb.jpg,1,,7\n",
  });
  const table = await readTable(
    [
      { ...train!, part: 0 },
      { ...valid!, part: 1 },
    ],
    ["Path"],
  );
  expect(table.columns.map(cellsOf)).toEqual([
    ["a.jpg", "b.jpg"],
    ["1", ""],
    ["0", "1"],
  ]);
  expect([...table.part]).toEqual([0, 1]);
});
