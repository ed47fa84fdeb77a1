// That the engines' steps pass on a driver that computes rightly, and that a driver which does not is found by the step's name.
import { beforeEach, expect, it } from "vitest";
import { openDawn } from "../../scripts/vulkan";
import { getGpu, openWebGpu } from "../nn/backend";
import { judge } from "../protocol/gpuCheck";
import { KERNEL_FEATURES } from "../protocol/gpuFeatures";
import { checkStep, listSteps } from "./checkSteps";
import { hasFeature } from "./reference/testKernels";

await openDawn();
const has = await Promise.all(KERNEL_FEATURES.map(hasFeature));
const features = KERNEL_FEATURES.filter((_, at) => has[at]);

// A device keeps what it has compiled, so that each test has its own.
beforeEach(async () => {
  await openWebGpu({ allowSoftware: true });
});

it.each(listSteps(features))("passes for $name", async (step) => {
  const { failures, checks, worst, feature } = await checkStep(step);
  expect(failures).toEqual([]);
  expect(checks).toBe(8);
  expect(feature).toBe(step.feature);
  const { activations = "f32", arithmetic = "f32" } = step.precision;
  if (activations === "f32" && arithmetic === "f32") expect(worst?.error).toBeGreaterThan(0);
});

it("takes no step that the card has not the features for", () => {
  expect(listSteps([]).map(({ name }) => name)).toEqual(["the fused engine", "the fused engine in halves", "the plain model"]);
  expect(listSteps(["shader-f16", "subgroups"])).toHaveLength(5);
});

it("finds a square root that a driver gets wrong in the fused engine's kernels, and says that the plain model can be had", async () => {
  const { device } = getGpu();
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (shader) =>
    create({ ...shader, code: shader.code.replaceAll("inverseSqrt(variance", "1.001 * inverseSqrt(variance") });
  const [fused, , stock] = listSteps([]);
  if (!fused || !stock) throw new Error("No such steps");
  const tampered = await checkStep(fused);
  const untouched = await checkStep(stock);
  expect(tampered.failures.map(({ check }) => check)).toContain("logits");
  const { passed, failed, verdict } = judge([tampered, untouched], "whole");
  expect(passed).toBe(false);
  expect(failed).toEqual(["the fused engine"]);
  expect(verdict).toContain("Update its driver");
  expect(verdict).toContain("the plain model computes rightly");
});
