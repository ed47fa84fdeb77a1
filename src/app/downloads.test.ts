import Papa from "papaparse";
import { expect, it } from "vitest";
import { formatPredictions, formatTable } from "./downloads";
import type { Prediction } from "./predictions";

const EDEMA: Prediction = { path: "a/b.jpg", target: 1, logit: 0, probability: 0.5, finding: "Edema" };

it("writes a line for each of several targets, named last, with a blank cell for an unknown label", () => {
  const other: Prediction = { ...EDEMA, target: null, finding: "Effusion, pleural" };
  expect(formatPredictions([EDEMA, other])).toBe(
    'path,target,logit,probability,finding\na/b.jpg,1,0,0.5,Edema\na/b.jpg,,0,0.5,"Effusion, pleural"\n',
  );
});

it("writes one line a film under the header", () => {
  expect(formatPredictions([{ ...EDEMA, logit: 0.5, probability: 0.6224593312018546 }])).toBe(
    "path,target,logit,probability\na/b.jpg,1,0.5,0.6224593312018546\n",
  );
  expect(formatPredictions([])).toBe("path,target,logit,probability\n");
});

it("reads back whatever the paths hold", () => {
  const paths = ['with "quotes", and comma.jpg', "line\nbreak.png", "plain.png", "carriage\rreturn.png"];
  const text = formatPredictions(paths.map((path) => ({ ...EDEMA, path, logit: -1e-7, probability: 0.4999999 })));
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true, newline: "\n" });
  expect(data.map((row) => row.path)).toEqual(paths);
  expect(data.map((row) => Number(row.logit))).toEqual(paths.map(() => -1e-7));
});

it("writes a table that reads back, its numbers as they are", () => {
  const note = 'two\nlines, and "quotes"';
  const text = formatTable(
    ["trial", "auroc", "star", "note"],
    [
      [7, 0.1 + 0.2, true, note],
      [8, null, false, ""],
    ],
  );
  expect(text).toBe('\ufefftrial,auroc,star,note\r\n7,0.30000000000000004,true,"two\nlines, and ""quotes"""\r\n8,,false,\r\n');
  expect(Papa.parse(text, { skipEmptyLines: true, newline: "\r\n" }).data[1]).toEqual(["7", "0.30000000000000004", "true", note]);
});

it("disarms text that a spreadsheet would run, and no number", () => {
  const armed = ["=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x","y")'];
  const harmless = ["a=1", "'="];
  const text = formatTable(
    ["note"],
    [...armed, ...harmless, -1e-7].map((one) => [one]),
  );
  const cells = Papa.parse<[string]>(text, { skipEmptyLines: true, newline: "\r\n" }).data.map(([cell]) => cell);
  expect(cells).toEqual(["note", ...armed.map((one) => `'${one}`), ...harmless, "-1e-7"]);
});
