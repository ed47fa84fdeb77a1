import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, it, vi } from "vitest";
import { openDawn } from "../../scripts/vulkan";
import { getGpu, openWebGpu } from "./backend";

afterEach(() => vi.unstubAllGlobals());

// Before any device was opened.
it.each([
  ["no WebGPU", {}],
  ["no adapter", { gpu: { requestAdapter: async () => null } }],
])("names the browsers where there is %s", async (_, navigator) => {
  vi.stubGlobal("navigator", navigator);
  await expect(openWebGpu({ allowSoftware: true })).rejects.toMatchObject({
    code: "noWebGpu",
    message: expect.stringMatching(/Chrome.*Safari.*Firefox/),
  });
});

it("opens the adapter, reports it, and computes on it again after a second opening", async () => {
  await openDawn();
  for (let opening = 0; opening < 2; opening++) {
    const { report } = await openWebGpu({ allowSoftware: true });
    expect(report.name).not.toBe("");
    expect(report.maxBindingBytes).toBeGreaterThanOrEqual(128 * 1024 * 1024);
    expect([...(await tf.add(tf.tensor1d([1, 2]), 1).data())]).toEqual([2, 3]);
  }
});

it("refuses a software adapter unless it is allowed", async () => {
  await openDawn();
  const adapter = await navigator.gpu.requestAdapter();
  const info = { vendor: "google", architecture: "swiftshader", device: "", description: "", isFallbackAdapter: false };
  vi.stubGlobal("navigator", {
    gpu: { requestAdapter: async () => ({ info, limits: adapter?.limits, features: adapter?.features }) },
  });
  await expect(openWebGpu({ allowSoftware: false })).rejects.toMatchObject({ code: "softwareAdapter" });
});

it("ends what waits for a device that is lost, for whatever reason, and opens another", async () => {
  await openDawn();
  const { failed } = await openWebGpu({ allowSoftware: true });
  getGpu().device.destroy();
  await expect(failed).rejects.toMatchObject({ code: "deviceLost" });
  await openWebGpu({ allowSoftware: true });
  expect([...(await tf.add(tf.tensor1d([1, 2]), 1).data())]).toEqual([2, 3]);
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => null } });
  await expect(openWebGpu({ allowSoftware: true })).rejects.toMatchObject({ code: "deviceLost" });
});

it("gives back the device before", async () => {
  await openDawn();
  await openWebGpu({ allowSoftware: true });
  const { device } = getGpu();
  await openWebGpu({ allowSoftware: true });
  expect((await device.lost).reason).toBe("destroyed");
});

it("passes on what the driver complains of", async () => {
  await openDawn();
  const { failed } = await openWebGpu({ allowSoftware: true });
  const backend = tf.backend();
  if (!(backend instanceof WebGPUBackend)) throw new Error("not on WebGPU");
  backend.device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await expect(failed).rejects.toThrow(/usage/i);
});
