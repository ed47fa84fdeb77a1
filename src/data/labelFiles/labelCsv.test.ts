import { createHash } from "node:crypto";
import fc from "fast-check";
import Papa from "papaparse";
import { expect, test } from "vitest";
import { canonicalValue, LabelTableBuilder } from "./labelCsv";

async function read(text: string | Uint8Array<ArrayBuffer>, name = "train.csv") {
  const builder = new LabelTableBuilder();
  const report = await builder.append(new Blob([text]), name);
  const table = builder.build();
  const cells = (column: string) => {
    const found = table.columns.find((candidate) => candidate.name === column);
    return found ? Array.from(found.codes, (code) => found.values[code]) : undefined;
  };
  return { report, table, cells };
}

test("BOM, CRLF, quotes, commas and line ends inside quotes", async () => {
  const { table, cells } = await read('\uFEFFPath,Label,Note\r\n"a, b.jpg",1.0,"says ""x"""\r\nc.jpg,0,"two\r\nlines"\r\n');
  expect(table.columns.map((column) => column.name)).toEqual(["Path", "Label", "Note"]);
  expect(cells("Path")).toEqual(["a, b.jpg", "c.jpg"]);
  expect(cells("Label")).toEqual(["1", "0"]);
  expect(cells("Note")).toEqual(['says "x"', "two\nlines"]);
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
  expect(report.renamedColumns).toEqual(["Edema (2)", "edema (3)"]);
});

test("ragged rows are padded, blank lines passed over, and both are counted", async () => {
  const { report, table, cells } = await read("Path,A,B\na.jpg,1\n\nb.jpg,1,0,9\nc.jpg,0,0\n");
  expect(table.rows).toBe(3);
  expect(cells("B")).toEqual(["", "0", "0"]);
  expect(report).toMatchObject({ rows: 3, raggedRows: 2, firstRaggedRow: 2 });
});

test.each([
  ["1.0", "1"],
  [" 0.0 ", "0"],
  ["-1.0", "-1"],
  ["-0.0", "0"],
  ["1.50", "1.50"],
  ["007", "007"],
  ["AP", "AP"],
  ["2020-01-02", "2020-01-02"],
])("%j is the value %j", (cell, value) => expect(canonicalValue(cell)).toBe(value));

test("the SHA-256 is of the file's bytes, byte order mark included", async () => {
  const bytes = new TextEncoder().encode("\uFEFFPath,A\r\na.jpg,1\r\n");
  expect((await read(bytes)).report.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("a file of several pieces is read as in one, whatever falls on the seam", async () => {
  const rows = Array.from({ length: 150_000 }, (_, i) => `"földer ${i},x/ä.jpg",${i % 2}.0,"q""${i}\r\n"`);
  const { table, cells } = await read(`Path,A,B\r\n${rows.join("\r\n")}`);
  expect(table.rows).toBe(150_000);
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
  const long = `Path,A\na.jpg,1\nb.jpg,"1\n${"c.jpg,0\n".repeat(1_500_000)}`;
  await expect(read(long)).rejects.toMatchObject({ code: "badCsv", at: "train.csv:3" });
});

test("an empty file and a spreadsheet are no CSV", async () => {
  await expect(read("")).rejects.toMatchObject({ code: "badCsv" });
  await expect(read("PK\u0003\u0004\0\0xlsx")).rejects.toMatchObject({ code: "badCsv" });
});

test("a second CSV's rows follow, its columns matched by name", async () => {
  const builder = new LabelTableBuilder();
  await builder.append(new Blob(["Path,No Finding,Edema\na.jpg,1.0,0\n"]), "train.csv");
  await builder.append(new Blob(["Path,Edema,no_finding,Extra\nb.jpg,1,,7\n"]), "valid.csv");
  const { columns, rows } = builder.build();
  expect(rows).toBe(2);
  expect(columns.map((column) => Array.from(column.codes, (code) => column.values[code]))).toEqual([
    ["a.jpg", "b.jpg"],
    ["1", ""],
    ["0", "1"],
  ]);
});
