// That the engines' steps pass on a driver that computes rightly, and that a driver which does not is found by the step's name.
import { beforeEach, expect, it } from "vitest";
import { openDawn } from "../../scripts/vulkan";
import { getGpu, openWebGpu } from "../nn/backend";
import { judge } from "../protocol/gpuCheck";
import { checkStep, STEPS } from "./checkSteps";

// A device keeps what it has compiled, so that each test has its own.
beforeEach(async () => {
  await openDawn();
  await openWebGpu({ allowSoftware: true });
});

it.each(STEPS)("passes for $name", async (step) => {
  const { failures, checks, worst } = await checkStep(step);
  expect(failures).toEqual([]);
  expect(checks).toBe(8);
  if (step.activations === "f32") expect(worst?.error).toBeGreaterThan(0);
});

it("finds a square root that a driver gets wrong in the fused engine's kernels, and says that the plain model can be had", async () => {
  const { device } = getGpu();
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (shader) =>
    create({ ...shader, code: shader.code.replaceAll("inverseSqrt(variance", "1.001 * inverseSqrt(variance") });
  const [fused, , stock] = STEPS;
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
