import { describe, expect, it } from "vitest";
import { DENSENETS, listArrays } from "./densenet";
import type { StepScope } from "./engine";
import { cutSpans, layerGroupOf, orderParameters } from "./layerGroups";
import { planPacking } from "./packing";

const arrays = listArrays(DENSENETS.densenet121, 1);
const packing = planPacking(orderParameters(arrays), 4);

it.each([
  ["features.conv0.weight", 0],
  ["features.denseblock2.denselayer12.conv2.weight", 0],
  ["features.transition1.norm.weight", 0],
  ["features.transition2.norm.weight", 1],
  ["features.denseblock3.denselayer1.norm1.weight", 1],
  ["features.norm5.bias", 1],
  ["classifier.weight", 2],
  ["head.8.bias", 2],
])("cuts a DenseNet as fastai does: %s is of group %i", (name, group) => {
  expect(layerGroupOf(name)).toBe(group);
});

describe("spans", () => {
  it("are one where all is treated alike", () => {
    expect(cutSpans(packing, {})).toEqual([{ first: 0, size: packing.size, trained: true, lrFactor: 1, decays: true }]);
    expect(cutSpans(packing, { groupFactors: [1, 1, 1], frozenGroups: 0, decaysNorms: true, clipNorm: 1 })).toHaveLength(1);
  });

  it("are two where norms and biases do not decay, with the classifier's", () => {
    expect(cutSpans(packing, { decaysNorms: false }).map(({ decays }) => decays)).toEqual([true, false, true, false]);
  });

  it.each<[StepScope, number]>([
    [{ groupFactors: [0.1, 0.3, 1] }, 7],
    [{ frozenGroups: 2 }, 2],
    [{ frozenGroups: 1, groupFactors: [0.1, 0.3, 1], decaysNorms: false }, 8],
  ])("of %j are few, cover all, and each array is treated as its group and role say", (scope, most) => {
    const spans = cutSpans(packing, scope);
    expect(spans.length).toBeLessThanOrEqual(most);
    let next = 0;
    for (const { first, size } of spans) {
      expect(first).toBe(next);
      next += size;
    }
    expect(next).toBe(packing.size);
    for (const { name, role, offset } of packing.arrays) {
      const group = layerGroupOf(name);
      const span = spans.find(({ first, size }) => offset >= first && offset < first + size);
      const { frozenGroups = 0, groupFactors, decaysNorms = true } = scope;
      const trained = group >= frozenGroups || role === "normScale" || role === "normShift";
      expect(span?.trained, name).toBe(trained);
      if (!trained) continue;
      expect(span?.lrFactor, name).toBe(groupFactors?.[group] ?? 1);
      expect(span?.decays, name).toBe(decaysNorms || role === "convolution" || role === "linearWeight");
    }
  });
});
