// Opens TF.js's WebGPU backend and watches over its device. Not an engine, and no fallback: without WebGPU there is no training.

import { WebGPUBackend, webgpu_util } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { KERNEL_FEATURES } from "../protocol/gpuFeatures";
import { LabError } from "../protocol/labError";
import type { AdapterReport } from "../protocol/training";

export interface OpenedGpu {
  report: AdapterReport;
  /**
   * Never resolves. Rejects with a LabError once the device is lost (`deviceLost`) or its memory is exhausted (`outOfGpuMemory`),
   * and with an Error where the driver refuses a command. Work in flight may then never settle, so race against this.
   */
  failed: Promise<never>;
}

let present: { device: GPUDevice; report: AdapterReport } | null = null;

/** The device that TF.js computes on. @throws Error before `openWebGpu` */
export function getGpu(): { device: GPUDevice; report: AdapterReport } {
  if (!present) throw new Error("No graphics card is open");
  return present;
}

const BROWSERS = "Chrome or Edge 113 and later, Safari 26 and later, Firefox 141 and later on Windows";

function noWebGpu(): LabError {
  return new LabError(
    "noWebGpu",
    `This browser offers no WebGPU, on which the lab trains. Use ${BROWSERS}; on Linux, Chrome may need chrome://flags/#enable-unsafe-webgpu. If the browser is one of these, switch on hardware acceleration in its settings.`,
  );
}

/** Browsers hold a page back for a while from a card that it was computing on when it was lost, most of all after the second time. */
function notAgain(): LabError {
  return new LabError(
    "deviceLost",
    "The graphics card was lost, and the browser does not offer it to this page again yet. Wait two minutes or restart the browser, then try again: a trial resumes from its last checkpoint.",
  );
}

/** What a GPU driver without a GPU calls itself. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

function describeAdapter({ info, limits, features }: GPUAdapter): AdapterReport {
  const name = info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(" ") || "unnamed adapter";
  return {
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    isSoftware: info.isFallbackAdapter || SOFTWARE.test(`${name} ${info.architecture}`),
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxBufferBytes: limits.maxBufferSize,
    features: [...features].sort(),
  };
}

/** Timestamps are for profiles only. A card is as good without any of them. */
const WANTED_FEATURES = ["timestamp-query", ...KERNEL_FEATURES] as const;

/** All that the adapter allows of what TF.js's programs use; the defaults are a phone's. */
function chooseLimits(limits: GPUSupportedLimits): Record<string, number> {
  return {
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
    maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  };
}

function watch(device: GPUDevice): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    // Whatever the reason: a device that this house gives back is one that nobody waits for any more.
    device.lost.then(({ message }) => {
      reject(
        new LabError(
          "deviceLost",
          `The graphics card was lost${message ? ` (${message.trim()})` : ""}. Close other programs that use it and try again: a trial resumes from its last checkpoint. If that fails, reload the page.`,
        ),
      );
    });
    device.addEventListener("uncapturederror", ({ error }) => {
      reject(
        error instanceof GPUOutOfMemoryError
          ? new LabError("outOfGpuMemory", "The graphics card has no memory left for this network and batch.", "Batch size")
          : new Error(
              `the graphics card refused a command (${error.message}). Often it is too large: choose a smaller Batch size or Image size.`,
            ),
      );
    });
  });
  // A failure that nobody is waiting for yet is met by the next race.
  failed.catch(() => {});
  return failed;
}

/**
 * Opens the best adapter and makes TF.js compute on it; an earlier device of this thread is given back.
 * @throws LabError noWebGpu, or deviceLost where there was one before; softwareAdapter where only a software adapter is there and `allowSoftware` is false
 */
export async function openWebGpu({ allowSoftware }: { allowSoftware: boolean }): Promise<OpenedGpu> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw present ? notAgain() : noWebGpu();
  const report = describeAdapter(adapter);
  if (report.isSoftware && !allowSoftware) {
    throw new LabError(
      "softwareAdapter",
      `Only a software adapter (${report.name}) was found: training would run on the processor, some hundred times slower. Switch on hardware acceleration in the browser's settings, or go on with small films.`,
    );
  }
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits: chooseLimits(adapter.limits) });
  if (tf.findBackendFactory("webgpu")) tf.removeBackend("webgpu");
  present?.device.destroy();
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, adapter.info));
  if (!(await tf.setBackend("webgpu"))) throw noWebGpu();
  // Left to choose, TF.js splits long reductions with float atomics, whose order is not fixed: a step would not repeat bit for bit.
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", webgpu_util.MatMulProgramType.MatMulPackedProgram);
  present = { device, report };
  return { report, failed: watch(device) };
}
