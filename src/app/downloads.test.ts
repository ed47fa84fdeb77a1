import Papa from "papaparse";
import { expect, it } from "vitest";
import { formatPredictions } from "./downloads";
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
