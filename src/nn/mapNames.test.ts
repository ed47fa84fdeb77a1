import { expect, it } from "vitest";
import type { LazyArray } from "./lazyArrays";
import { mapNames } from "./mapNames";

const array: LazyArray = { shape: [], read: () => new Float32Array(1) };
const map = (...names: string[]) => {
  const { arrays, notes } = mapNames(new Map(names.map((name) => [name, array])), "file.pth");
  return { names: [...arrays.keys()], notes };
};
const TODAY = [
  "features.conv0.weight",
  "features.denseblock1.denselayer12.norm1.weight",
  "features.denseblock1.denselayer12.conv2.weight",
  "classifier.weight",
];

it("leaves torchvision's names of today as they are, and says nothing", () => {
  expect(map(...TODAY)).toEqual({ names: TODAY, notes: [] });
});

it("reads early torchvision's names as its own pattern does", () => {
  const early = [
    "features.conv0.weight",
    "features.denseblock1.denselayer12.norm.1.weight",
    "features.denseblock1.denselayer12.conv.2.weight",
    "classifier.weight",
  ];
  expect(map(...early)).toEqual({ names: TODAY, notes: ["Names of early torchvision were read as today's: norm.1 is norm1."] });
});

it("takes off what DataParallel and a class around the network put before every name", () => {
  const { names, notes } = map(...TODAY.map((name) => `module.densenet121.${name}`));
  expect(names).toEqual(TODAY);
  expect(notes).toEqual(["“module.densenet121.” before every name was taken off."]);
});

it("reads fastai's places in its two nested Sequentials", () => {
  const { names, notes } = map("0.0.conv0.weight", "0.0.denseblock1.denselayer12.norm1.weight", "1.2.running_mean", "1.8.weight");
  expect(names).toEqual([
    "features.conv0.weight",
    "features.denseblock1.denselayer12.norm1.weight",
    "head.2.running_mean",
    "head.8.weight",
  ]);
  expect(notes).toHaveLength(2);
});

it("reads a classifier within a Sequential", () => {
  expect(map(...TODAY.slice(0, 3), "classifier.0.weight").names).toEqual(TODAY);
});

it.each([
  ["a network beside its copy", ["module.features.conv0.weight", "features.conv0.weight"], "features.conv0.weight"],
  [
    "an early name beside today's",
    ["features.conv0.weight", "features.denseblock1.denselayer1.norm.1.weight", "features.denseblock1.denselayer1.norm1.weight"],
    "features.denseblock1.denselayer1.norm1.weight",
  ],
])("refuses %s: it is not sure which is which", (_, names, both) => {
  expect(() => map(...names)).toThrow(
    expect.objectContaining({
      code: "weightsMismatch",
      message: expect.stringContaining(`both ${names.at(-2)} and ${names.at(-1)}, which are ${both}`),
    }),
  );
});

it("leaves names that no rule is for", () => {
  const others = ["layer1.0.conv1.weight", "fc.weight", "transition1.norm.1.weight"];
  expect(map(...others)).toEqual({ names: others, notes: [] });
});
