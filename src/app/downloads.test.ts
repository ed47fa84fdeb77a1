import Papa from "papaparse";
import { expect, it } from "vitest";
import { formatPredictions } from "./downloads";

it("writes one line a film under the header", () => {
  expect(formatPredictions([{ path: "a/b.jpg", target: 1, logit: 0.5, probability: 0.6224593312018546 }])).toBe(
    "path,target,logit,probability\na/b.jpg,1,0.5,0.6224593312018546\n",
  );
  expect(formatPredictions([])).toBe("path,target,logit,probability\n");
});

it("reads back whatever the paths hold", () => {
  const paths = ['with "quotes", and comma.jpg', "line\nbreak.png", "plain.png", "carriage\rreturn.png"];
  const text = formatPredictions(paths.map((path) => ({ path, target: 0, logit: -1e-7, probability: 0.4999999 })));
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true, newline: "\n" });
  expect(data.map((row) => row.path)).toEqual(paths);
  expect(data.map((row) => Number(row.logit))).toEqual(paths.map(() => -1e-7));
});
