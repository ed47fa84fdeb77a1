import { expect, it } from "vitest";
import { demandFeature, listNeeded, whyOff } from "./gpuFeatures";
import { DEFAULT_SETTINGS, PLAIN_MODEL } from "./settings";

it("needs of a card what the fused engine is set to, and nothing for the plain model or what says nothing", () => {
  const both = { ...DEFAULT_SETTINGS, arithmetic: "f16", subgroups: true } as const;
  expect(listNeeded(DEFAULT_SETTINGS)).toEqual([]);
  expect(listNeeded({})).toEqual([]);
  expect(listNeeded({ arithmetic: "f16" })).toEqual(["shader-f16"]);
  expect(listNeeded(both)).toEqual(["shader-f16", "subgroups"]);
  expect(listNeeded({ ...both, engine: "stock" })).toEqual([]);
  expect(listNeeded({ ...both, ...PLAIN_MODEL, engine: "fused" }), "what is set with the plain model").toEqual([]);
});

it("says why a feature is off, with the way out, and to do without only to who has chosen it", () => {
  expect(whyOff("shader-f16", "offered")).toBeNull();
  expect(whyOff("subgroups", "unchecked", false)).toMatch(/^Summing by subgroups was not checked .*: press Check this GPU\.$/);
  expect(whyOff("subgroups", "failed")).toMatch(/check again, or choose Subgroups off\.$/);
  expect(whyOff("shader-f16", "missing")).toContain("WebGPU's shader-f16");
  expect(() => demandFeature("shader-f16", "offered")).not.toThrow();
  expect(() => demandFeature("shader-f16", "failed")).toThrow(expect.objectContaining({ code: "featureOff", at: "Arithmetic" }));
});
