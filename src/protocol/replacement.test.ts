import { expect, it } from "vitest";
import { describeReplacement } from "./replacement";
import { DEFAULT_SETTINGS } from "./settings";

const classes = (count: number) => Array.from({ length: count }, (_, i) => `class ${i + 1}`);

it("says nothing of weights that fit", () => {
  expect(describeReplacement({ classes: ["Edema"], head: "linear" }, DEFAULT_SETTINGS)).toBeNull();
});

it("counts classes where they differ", () => {
  expect(describeReplacement({ classes: classes(1000), head: "linear" }, DEFAULT_SETTINGS)).toBe(
    "Classifier replaced: the weights tell 1000 classes, 1 is learnt.",
  );
});

it("names both heads where they differ, whatever they tell", () => {
  expect(describeReplacement({ classes: classes(1), head: "linear" }, { ...DEFAULT_SETTINGS, head: "fastai" })).toBe(
    "Head replaced: the weights have torchvision's classifier, fastai's head is trained.",
  );
});
