// That the check is the kernels' own tests, passes where the driver computes rightly, and names the kernel where it does not. The page's
// bundle of it, with the harness in Vitest's place, is loaded by a server of its own.
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { vitestStandIn } from "../../scripts/vitestStandIn";
import { openDawn } from "../../scripts/vulkan";
import type { CheckedPart } from "../protocol/gpuCheck";

type Checks = typeof import("./checkKernels");

let server: ViteDevServer;
let checks: Checks;

beforeAll(async () => {
  await openDawn();
  server = await createServer({
    configFile: false,
    logLevel: "error",
    appType: "custom",
    plugins: [vitestStandIn],
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    ssr: { noExternal: ["vitest"] },
  });
  checks = (await server.ssrLoadModule("/src/check/checkKernels.ts")) as Checks;
});
afterAll(() => server.close());

async function check(...names: string[]): Promise<CheckedPart[]> {
  const parts: CheckedPart[] = [];
  for (const kernel of await checks.collectKernelTests("whole", [], names))
    parts.push(await checks.checkKernel(kernel, () => true));
  return parts;
}

/** A driver that compiles something else of each shader than it says. */
async function withDriver<Result>(compile: (wgsl: string) => string, work: () => Promise<Result>): Promise<Result> {
  const { requestAdapter } = navigator.gpu;
  navigator.gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter.call(navigator.gpu, options);
    const requestDevice = adapter?.requestDevice.bind(adapter);
    if (!adapter || !requestDevice) return null;
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      const create = device.createShaderModule.bind(device);
      device.createShaderModule = (shader) => create({ ...shader, code: compile(shader.code) });
      return device;
    };
    return adapter;
  };
  try {
    return await work();
  } finally {
    navigator.gpu.requestAdapter = requestAdapter;
  }
}

it("has the tests of every kernel that a graphics card runs", async () => {
  const kernels = await checks.collectKernelTests("whole", []);
  expect(kernels.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["average", "convolve1x1", "convolve3x3", "convolve7x7", "films", "head", "optimizer", "stemPool"]),
  );
  expect(kernels.filter(({ tests }) => tests.length === 0)).toEqual([]);
  const quick = await checks.collectKernelTests("quick", []);
  expect(quick.map(({ name }) => name)).toEqual(kernels.map(({ name }) => name));
  expect(quick.every(({ tests }) => tests.length > 0 && tests.length <= 2)).toBe(true);
});

it("has those of a feature where the card has it, and tells that they are its own", async () => {
  const namesFor = async (features: string[]) =>
    (await checks.collectKernelTests("whole", features))
      .filter(({ feature }) => feature)
      .map(({ name, feature }) => [name, feature]);
  expect(await namesFor([])).toEqual([]);
  const halves = await namesFor(["shader-f16", "timestamp-query"]);
  expect(halves).toContainEqual(["convolve1x1.shader-f16", "shader-f16"]);
  expect(halves.filter(([, feature]) => feature !== "shader-f16")).toEqual([]);
});

it("passes where the driver computes rightly, and says how near", async () => {
  const parts = await check("linear", "head", "columns", "kernel");
  expect(parts.flatMap(({ failures }) => failures)).toEqual([]);
  for (const { checks: many, worst, name } of parts.filter((part) => part.name !== "kernel")) {
    expect(many, name).toBeGreaterThan(2);
    expect(worst?.error, name).toBeGreaterThan(0);
    expect(worst?.error, name).toBeLessThan(worst?.allowed ?? 0);
  }
});

it("names the kernel whose constant a driver gets wrong, and no other", async () => {
  const parts = await withDriver(
    (wgsl) => wgsl.replace("relu(total + sum)", "relu(total + 1.001 * sum)"),
    () => check("linear", "sumParts"),
  );
  const failed = parts.filter(({ failures }) => failures.length > 0);
  expect(failed.map(({ name }) => name)).toEqual(["linear"]);
  expect(failed[0]?.failures[0]?.check).toContain("rectifies");
});

it("takes a shader that a driver refuses, or a device that it does not give, for a failure", async () => {
  const { requestAdapter } = navigator.gpu;
  navigator.gpu.requestAdapter = async () => null;
  const [none] = await check("sumParts").finally(() => {
    navigator.gpu.requestAdapter = requestAdapter;
  });
  expect(none).toMatchObject({ checks: 1, failures: [{ check: "compiling" }] });
  const [part] = await withDriver(
    (wgsl) => `${wgsl}\nnonsense`,
    () => check("sumParts"),
  );
  expect(part?.failures.length).toBeGreaterThan(0);
  expect(part?.failures.length).toBeLessThanOrEqual(part?.checks ?? 0);
});
