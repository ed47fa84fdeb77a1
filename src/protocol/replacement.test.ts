import { expect, it } from "vitest";
import { describePick, describeReplacement, describeScale, type Told } from "./replacement";
import { DEFAULT_SETTINGS } from "./settings";

const classes = (count: number) => Array.from({ length: count }, (_, i) => `class ${i + 1}`);

const TOLD: Told = { classes: ["Edema"], head: "linear", normalisation: "imagenet" };

it("says nothing of weights that fit", () => {
  expect(describeReplacement({ classes: ["Edema"], head: "linear", normalisation: "imagenet" }, DEFAULT_SETTINGS)).toBeNull();
});

it("counts classes where they differ", () => {
  expect(describeReplacement({ classes: classes(1000), head: "linear", normalisation: "imagenet" }, DEFAULT_SETTINGS)).toBe(
    "Classifier replaced: the weights tell 1000 classes, 1 is learnt.",
  );
});

it("names both heads where they differ, whatever they tell", () => {
  expect(
    describeReplacement(
      { classes: classes(1), head: "linear", normalisation: "imagenet" },
      { ...DEFAULT_SETTINGS, head: "fastai" },
    ),
  ).toBe("Head replaced: the weights have torchvision's classifier, fastai's head is trained.");
});

it("says that features without a classifier get a fresh one", () => {
  expect(describeReplacement({ ...TOLD, classes: [] }, DEFAULT_SETTINGS)).toBe(
    "The weights have no classifier: that of 1 class begins afresh.",
  );
});

it("replaces no classifier that tells the targets among others, and says which are gone on with", () => {
  const told = { ...TOLD, classes: ["Edema", "Cardiomegaly", "Mass"] };
  expect(describeReplacement(told, DEFAULT_SETTINGS)).toBeNull();
  expect(describePick(told, DEFAULT_SETTINGS)).toBe(
    "Of 3 classes that the weights tell, Cardiomegaly is gone on with; the rest is left out.",
  );
  expect(describePick({ ...TOLD, classes: ["Cardiomegaly"] }, DEFAULT_SETTINGS)).toBeNull();
  expect(describePick({ ...told, head: "fastai" }, DEFAULT_SETTINGS)).toBeNull();
});

it("warns of films that are scaled otherwise than the weights', and of no others", () => {
  expect(describeScale(TOLD, { normalisation: "imagenet" })).toBeNull();
  expect(describeScale({ ...TOLD, normalisation: "xrv" }, { normalisation: "imagenet" })).toMatch(
    /trained on films scaled to \[-1024, 1024\], and Normalisation scales them by ImageNet's mean and deviation/,
  );
});
