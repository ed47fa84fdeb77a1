import { expect, it } from "vitest";
import type { Head } from "../protocol/settings";
import { DENSENETS, listArrays } from "./densenet";
import { fitWeights, pickClasses } from "./fitWeights";
import { initialise } from "./initialise";

const arch = "densenet-mini";
const draw = (classes: number, head: Head, seed: number) => initialise(listArrays(DENSENETS[arch], classes, head), seed);
const isBody = (name: string) => name.startsWith("features.");

it.each<[string, ReturnType<typeof draw>, Head, string[]]>([
  ["other classes", draw(1000, "linear", 1), "linear", ["classifier.weight", "classifier.bias"]],
  ["another head", draw(1000, "linear", 1), "fastai", [...draw(2, "fastai", 2).keys()].filter((name) => !isBody(name))],
  ["other classes in fastai's head", draw(5, "fastai", 1), "fastai", ["head.8.weight", "head.8.bias"]],
])("of %s only what does not fit is drawn, as a fresh network of the seed has it", (_, model, head, drawn) => {
  const fresh = draw(2, head, 2);
  const fitted = fitWeights(model, { arch, head, classes: 2 }, 2);
  expect([...fitted.keys()]).toEqual([...fresh.keys()]);
  for (const [name, array] of fitted) {
    expect(array, name).toBe(drawn.includes(name) ? array : model.get(name));
    if (drawn.includes(name)) expect(array, name).toEqual(fresh.get(name));
  }
});

it.each([
  ["linear", "classifier"],
  ["fastai", "head.8"],
] as const)("picks rows of the last layer of the %s head, in the order given, and leaves the rest", (head, last) => {
  const model = draw(3, head, 1);
  const picked = pickClasses(model, head, [2, 0]);
  expect([...picked.keys()]).toEqual([...model.keys()]);
  for (const [name, { shape, data }] of picked) {
    const { shape: whole, data: rows } = model.get(name)!;
    if (!name.startsWith(last)) {
      expect({ shape, data }, name).toEqual({ shape: whole, data: rows });
      continue;
    }
    const width = rows.length / 3;
    expect(shape).toEqual([2, ...whole.slice(1)]);
    expect([...data]).toEqual([...rows.subarray(2 * width), ...rows.subarray(0, width)]);
  }
});
