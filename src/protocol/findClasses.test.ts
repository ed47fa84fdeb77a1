import { expect, it } from "vitest";
import { findClasses } from "./findClasses";

const TOLD = ["Effusion", "Pleural_Thickening", "class 3", "Lung Opacity"];

it("finds names in any order, however they are written", () => {
  expect(findClasses(TOLD, ["Lung Opacity", "pleural thickening", "Pleural Effusion"])).toEqual([3, 1, 0]);
});

it("takes a name as it is written before another way to write it", () => {
  expect(findClasses(["Effusion", "Pleural Effusion"], ["Pleural Effusion"])).toEqual([1]);
});

it("finds none where one is not told", () => {
  expect(findClasses(TOLD, ["Effusion", "Cardiomegaly"])).toBeNull();
  expect(findClasses([], ["Effusion"])).toBeNull();
});
