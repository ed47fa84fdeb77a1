// The check of a graphics card: the kernels' tests, training steps of the small network, and what the card gives. Keeps nothing and shows
// nothing; it runs in a worker of its own, so that whatever a driver does ends with it.
import { getGpu, openWebGpu } from "../nn/backend";
import {
  type CheckApi,
  type CheckEvent,
  type CheckedFeatures,
  type CheckedPart,
  type CheckScope,
  judge,
  type Speed,
} from "../protocol/gpuCheck";
import { type Job, runJob } from "../protocol/job";
import type { Architecture } from "../protocol/settings";
import { measureCopies } from "./bandwidth";
import { checkKernel, collectKernelTests } from "./checkKernels";
import { checkStep, listSteps } from "./checkSteps";
import { forecastStep } from "./forecastStep";
import { measureOwnGemm } from "./gemm";

export const createCheck = (versions: { lab: string; browser: string }): CheckApi => ({
  check: (scope, port) => runJob<CheckEvent>(port, (job) => checkGpu(scope, versions, job)),
});

/** What is measured after the checks. */
const SPEED = "speed";

export async function checkGpu(
  scope: CheckScope,
  versions: { lab: string; browser: string },
  { emit, signal }: Pick<Job<CheckEvent>, "emit" | "signal">,
): Promise<CheckEvent> {
  // Who may not train on a software adapter is not asked whether to check it.
  const { report, failed } = await openWebGpu({ allowSoftware: true });
  const kernels = await collectKernelTests(scope, report.features);
  const steps = listSteps(report.features);
  const total = kernels.reduce((sum, { tests }) => sum + tests.length, steps.length + 1);
  let done = 0;
  const begin = (name: string): boolean => {
    if (!signal.aborted) emit({ type: "checkProgress", done: done++, total, name });
    return !signal.aborted;
  };
  const parts: CheckedPart[] = [];
  for (const kernel of kernels) parts.push(await checkKernel(kernel, () => begin(kernel.name)));
  for (const step of steps) if (begin(step.name)) parts.push(await Promise.race([checkStep(step), failed]));
  if (signal.aborted) return { type: "stopped" };
  const verdict = judge(parts, scope);
  begin(SPEED);
  const speed = verdict.passed ? await Promise.race([measureSpeed(verdict.features), failed]) : null;
  if (signal.aborted) return { type: "stopped" };
  return {
    type: "finished",
    report: {
      formatVersion: 1,
      checkedAt: new Date().toISOString(),
      adapter: report.name,
      ...versions,
      scope,
      ...verdict,
      report,
      limits: readLimits(getGpu().device.limits),
      parts,
      speed,
    },
  };
}

/** The products of a dense block of DenseNet121 are of this kind. */
const GEMM_SHAPE: [number, number, number] = [8192, 256, 128];

const FORECAST: Architecture[] = ["densenet121", "densenet161"];
const FORECAST_SHAPE = { batchSize: 16, imageSize: 320 };

async function measureSpeed(features: CheckedFeatures): Promise<Speed> {
  const { device, report } = getGpu();
  const gemmGflops = await measureOwnGemm(GEMM_SHAPE);
  const halfGemmGflops = features["shader-f16"] ? await measureOwnGemm(GEMM_SHAPE, { arithmetic: "f16" }) : null;
  const copyGigabytesPerSecond = await measureCopies(device);
  const rates = { gemmGflops, halfGemmGflops, copyGigabytesPerSecond };
  return { ...rates, forecasts: FORECAST.map((arch) => forecastStep(arch, FORECAST_SHAPE, report, rates)) };
}

/** They stand on the prototype, where no copy finds them. */
function readLimits(limits: GPUSupportedLimits): Record<string, number> {
  const read: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === "number") read[name] = value;
  }
  return read;
}
