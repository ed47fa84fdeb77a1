import { expect, test } from "vitest";
import { columnOf } from "../columns";
import { readTable } from "../csvTable";
import { makeFiles } from "../testSupport";
import { isBookkeeping, keepNamedRows } from "./cells";

test.each([
  "OriginalImage[Width",
  "Height]",
  "OriginalImageWidth",
  "OriginalImagePixelSpacing[x",
  "y]",
  "OriginalImagePixelSpacing_y",
  "image_width",
  "Pixel Spacing",
  "Rows",
  "Row number",
  "id",
  "Follow-up #",
  "Unnamed: 0",
  "Column 12",
  "file size",
])("“%s” is bookkeeping", (name) => expect(isBookkeeping(columnOf(name, []))).toBe(true));

test.each(["Edema", "Mass", "y", "Size", "Heart width enlarged", "Follow-up advised", "Number of nodules"])(
  "“%s” may be a label",
  (name) => expect(isBookkeeping(columnOf(name, []))).toBe(false),
);

test("a row without a film is told as a spreadsheet counts, in whichever file and after whatever blank lines", async () => {
  const files = makeFiles({ "a.csv": ["", "file,x", "a.png,1"], "b.csv": ["file,x", "", "b.png,0", "", ",1", "", ",0"] });
  expect(keepNamedRows(await readTable(files, ["file"]), "file").notes).toEqual([
    "b.csv: left out for naming no film in “file”: 2 rows, the first is row 5.",
  ]);
});
