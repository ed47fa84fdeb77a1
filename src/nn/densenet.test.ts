import { expect, it } from "vitest";
import { countParameters, DENSENETS, listArrays } from "./densenet";
import type { NamedArray } from "./engine";
import golden from "./golden/names121.json";
import { initialise } from "./initialise";

it("names every array of torchvision's densenet121 in its state_dict's order and shapes", () => {
  expect(listArrays(DENSENETS.densenet121, 1).map(({ name, shape }) => [name, shape])).toEqual(golden.names);
});

/** Parameters as torchvision counts them, with 1,000 classes (its documentation, `num_params`). */
it.each([
  ["densenet121", 7_978_856],
  ["densenet161", 28_681_000],
  ["densenet169", 14_149_480],
  ["densenet201", 20_013_928],
] as const)("%s has %i parameters", (arch, parameters) => {
  expect(countParameters(listArrays(DENSENETS[arch], 1000))).toBe(parameters);
});

it("ends in fastai's head where it is asked for, under the places of its Sequential", () => {
  const body = listArrays(DENSENETS.densenet121, 14).filter(({ name }) => name.startsWith("features."));
  const arrays = listArrays(DENSENETS.densenet121, 14, "fastai");
  expect(arrays.slice(0, body.length)).toEqual(body);
  expect(arrays.slice(body.length).map(({ name, shape }) => [name, shape])).toEqual([
    ["head.2.weight", [2048]],
    ["head.2.bias", [2048]],
    ["head.2.running_mean", [2048]],
    ["head.2.running_var", [2048]],
    ["head.2.num_batches_tracked", []],
    ["head.4.weight", [512, 2048]],
    ["head.4.bias", [512]],
    ["head.6.weight", [512]],
    ["head.6.bias", [512]],
    ["head.6.running_mean", [512]],
    ["head.6.running_var", [512]],
    ["head.6.num_batches_tracked", []],
    ["head.8.weight", [14, 512]],
    ["head.8.bias", [14]],
  ]);
});

const deviation = ({ data }: NamedArray) => Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);

it("initialises as torchvision does, from the seed alone", () => {
  const arrays = listArrays(DENSENETS.densenet121, 1);
  const weights = initialise(arrays, 7);
  const get = (name: string) => weights.get(name) ?? { shape: [], data: new Float32Array() };
  // kaiming_normal_ with fan_in 128 * 3 * 3; 36,864 draws are within 2 percent.
  expect(deviation(get("features.denseblock1.denselayer1.conv2.weight")) / Math.sqrt(2 / 1152)).toBeCloseTo(1, 1.7);
  // Uniform within 1/sqrt(1024), so its deviation is that over sqrt(3).
  const linear = get("classifier.weight");
  expect(Math.max(...linear.data.map(Math.abs))).toBeLessThanOrEqual(1 / 32);
  expect(deviation(linear) / (1 / 32 / Math.sqrt(3))).toBeCloseTo(1, 1);
  expect([...get("classifier.bias").data]).toEqual([0]);
  expect(new Set(get("features.norm0.weight").data)).toEqual(new Set([1]));
  expect(new Set(get("features.norm0.bias").data)).toEqual(new Set([0]));
  const stem = weights.get("features.conv0.weight");
  expect(initialise(arrays, 7).get("features.conv0.weight")).toEqual(stem);
  expect(initialise(arrays, 8).get("features.conv0.weight")).not.toEqual(stem);
});

it("initialises fastai's head by kaiming_normal_, its biases by 0, its BatchNorm by 1 and 0", () => {
  const arrays = listArrays(DENSENETS.densenet121, 14, "fastai").filter(({ name }) => name.startsWith("head."));
  const weights = initialise(arrays, 7);
  const get = (name: string) => weights.get(name) ?? { shape: [], data: new Float32Array() };
  expect(deviation(get("head.4.weight")) / Math.sqrt(2 / 2048)).toBeCloseTo(1, 2);
  expect(deviation(get("head.8.weight")) / Math.sqrt(2 / 512)).toBeCloseTo(1, 1);
  // Normal, not uniform: some are beyond three deviations.
  expect(get("head.4.weight").data.some((value) => Math.abs(value) > 3 * Math.sqrt(2 / 2048))).toBe(true);
  for (const name of ["head.4.bias", "head.8.bias", "head.2.bias", "head.6.running_mean"]) {
    expect(new Set(get(name).data), name).toEqual(new Set([0]));
  }
  for (const name of ["head.2.weight", "head.6.weight", "head.6.running_var"]) {
    expect(new Set(get(name).data), name).toEqual(new Set([1]));
  }
});
