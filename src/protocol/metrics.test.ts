import { expect, it } from "vitest";
import { isBetter } from "./metrics";

const early = { validLoss: 0.6, accuracy: 0.8, auroc: 0.9 };
const late = { validLoss: 0.5, accuracy: 0.7, auroc: 0.9 };

it("goes by the metric that is asked for, and a tie is not better", () => {
  expect(isBetter("validLoss", late, early)).toBe(true);
  expect(isBetter("validLoss", early, late)).toBe(false);
  expect(isBetter("accuracy", late, early)).toBe(false);
  expect(isBetter("accuracy", early, late)).toBe(true);
  expect(isBetter("auroc", late, early)).toBe(false);
  expect(isBetter("auroc", early, late)).toBe(false);
});

it("goes by the validation loss where either has no AUROC", () => {
  expect(isBetter("auroc", { ...late, auroc: null }, early)).toBe(true);
  expect(isBetter("auroc", early, { ...late, auroc: null })).toBe(false);
});

it("finds anything validated better than nothing, and nothing unvalidated better than anything", () => {
  const within = { validLoss: null, accuracy: null, auroc: null };
  expect(isBetter("auroc", early, null)).toBe(true);
  expect(isBetter("auroc", early, within)).toBe(true);
  expect(isBetter("auroc", within, null)).toBe(false);
  expect(isBetter("accuracy", within, early)).toBe(false);
});
