import { expect, it } from "vitest";
import type { DatasetSummary } from "../protocol/dataset";
import type { DatasetFingerprint } from "../protocol/training";
import { describeOtherDataset } from "./sameDataset";

const dataset: DatasetFingerprint = {
  name: "CheXpert-v1.0-small",
  format: "chexpert",
  rows: 223_414,
  films: 223_414,
  csvPath: "train.csv",
  csvSha256: "ab",
  fingerprint: "f1",
};
const open = (fingerprint: string, csvSha256 = "ab") => ({ name: "NIH", fingerprint, csvSha256 }) as DatasetSummary;

it("says nothing where the same films of the same labels are open, whatever their folder is called", () => {
  expect(describeOtherDataset({ id: 27, dataset }, open("f1"))).toBeNull();
});

it("says which dataset to open where none or another is", () => {
  const what = "Trial 27 learnt from CheXpert-v1.0-small, 223,414 rows of train.csv. Open that dataset first";
  expect(describeOtherDataset({ id: 27, dataset }, null)).toBe(`${what}.`);
  expect(describeOtherDataset({ id: 27, dataset }, open("f2"))).toBe(`${what}: NIH is another.`);
});

it("compares the label file where a trial of an early version knows no more", () => {
  const { fingerprint: _, ...early } = dataset;
  expect(describeOtherDataset({ id: 27, dataset: early }, open("f2"))).toBeNull();
  expect(describeOtherDataset({ id: 27, dataset: early }, open("f2", "cd"))).toContain("Open that dataset first");
});
