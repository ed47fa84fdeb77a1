import { expect, it } from "vitest";
import type { ReviewedTrial } from "../../app/review";
import type { Trial } from "../../protocol/training";
import { maskNames } from "./mask";
import { listNames } from "./names";

const trial = (id: number, more: object = {}) =>
  ({
    id,
    parent: null,
    dataset: { csvPath: "a/train.csv", labelFiles: [{ path: "a/train.csv" }, { path: "a/Doe.csv" }] },
    ...more,
  }) as unknown as Trial;

it("knows every file that a review could name, worst films first, and takes a trial's number for no file", () => {
  const trials = [
    trial(1, {
      parent: "Doe.pth",
      beginning: { name: "Doe.pth" },
      dataset: { csvPath: "" },
    }),
    trial(2, { parent: "trial-1", beginning: { name: "trial-1" }, origin: { file: "Roe.roentgen", trial: 9 } }),
  ];
  const films = { wrong: [{ path: "a.png" }, { path: "b.png" }] };
  const read = new Map([[2, { films }]]) as unknown as Map<number, ReviewedTrial>;
  const names = listNames(trials, read);
  expect(names).toEqual({
    films: ["a.png", "b.png"],
    labelFiles: ["", "a/train.csv", "a/train.csv", "a/Doe.csv"],
    otherFiles: ["Doe.pth", "Doe.pth", "Roe.roentgen"],
  });
  const mask = maskNames(names);
  expect(mask.text("trial-1 began from Doe.pth, labelled by a/Doe.csv")).toBe(
    "trial-1 began from file 1, labelled by label file 2",
  );
});
