// What crosses between the page and the check worker: whether a graphics card computes what the lab expects, and how fast.
import { type FeatureStanding, KERNEL_FEATURES, type KernelFeature } from "./gpuFeatures";
import type { Failure } from "./labError";
import type { Architecture } from "./settings";
import type { AdapterReport } from "./training";

/** `whole`, or one case in so many of each kernel: for software adapters and tests that have no time. */
export type CheckScope = "whole" | "quick";

/** From the reference, over the reference's norm, in single precision; and the most that it may be. */
export interface Distance {
  error: number;
  allowed: number;
}

/** The tests of one kernel's file, or a training step of one engine. */
export interface CheckedPart {
  /** As its file is called, or as the engine is. */
  name: string;
  kind: "kernel" | "step";
  /** Left out: every card computes it. Else what is off where it fails, and no fault of all that does without. */
  feature?: KernelFeature;
  checks: number;
  /** Of all distances the one that is nearest to what it may be, or furthest beyond; null where nothing was measured so. */
  worst: Distance | null;
  failures: { check: string; message: string }[];
}

/** The time of one training step, from the work that it is recorded to do and the rates that were measured. */
export interface StepForecast {
  arch: Architecture;
  imageSize: number;
  batchSize: number;
  gflop: number;
  gigabytes: number;
  /** An estimate, rather too short. */
  seconds: number;
}

export interface Speed {
  /** Of the fused engine's own matrix product, in 1e9 floating-point operations a second. */
  gemmGflops: number;
  /** Of the same in halves; null where these were not found right. */
  halfGemmGflops: number | null;
  /** Read and written by copies from buffer to buffer, in 1e9 bytes a second: a lower bound of what the memory gives. */
  copyGigabytesPerSecond: number;
  forecasts: StepForecast[];
}

/** What decides whether an earlier check still holds: the driver cannot be asked for its version, and comes with browser and system. */
export interface CheckedOn {
  adapter: string;
  browser: string;
  /** Its version and a hash of the code that computes (scripts/checkedVersion.ts). */
  lab: string;
}

/** Whether all parts of a feature passed; those of which nothing was checked are not there. */
export type CheckedFeatures = Partial<Record<KernelFeature, boolean>>;

/** What a trial keeps of the check of the card that it was started on. */
export interface GpuCheckSummary extends CheckedOn {
  /** ISO 8601. */
  checkedAt: string;
  scope: CheckScope;
  /** Of what every card computes, as are `checks`, `worst` and `failed`. */
  passed: boolean;
  /** Missing in checks of earlier versions. */
  features?: CheckedFeatures;
  checks: number;
  worst: Distance | null;
  /** Names of the parts that failed. */
  failed: string[];
  verdict: string;
}

export interface GpuCheckReport extends GpuCheckSummary {
  formatVersion: 1;
  features: CheckedFeatures;
  report: AdapterReport;
  limits: Record<string, number>;
  parts: CheckedPart[];
  /** Null where the card computes wrongly: its rates would say nothing. */
  speed: Speed | null;
}

export type CheckEvent =
  | { type: "checkProgress"; done: number; total: number; name: string }
  | { type: "finished"; report: GpuCheckReport }
  | { type: "stopped" }
  | ({ type: "failed" } & Failure);

export interface CheckApi {
  /** A job of CheckEvents on the card that the lab trains on. */
  check(scope: CheckScope, port: MessagePort): Promise<void>;
}

const shareOf = ({ error, allowed }: Distance) => error / allowed;

/** Whichever of two distances is further towards what it may be, or beyond. An error that is no number is beyond all. */
export function findWorse(a: Distance | null, b: Distance | null): Distance | null {
  if (!a || !b) return a ?? b;
  return shareOf(b) <= shareOf(a) || Number.isNaN(shareOf(a)) ? a : b;
}

const formatChecks = (checks: number, scope: CheckScope) => `${checks} checks${scope === "quick" ? " (a quick selection)" : ""}`;

const isRight = ({ failures }: CheckedPart) => failures.length === 0;

const PLAIN_MODEL = "the plain model";

/** Where the engine's kernels fail, TF.js's may be right all the same. */
export const findsPlainModelRight = (parts: readonly CheckedPart[]): boolean =>
  parts.some((part) => part.name === PLAIN_MODEL && isRight(part));

/** @param check that still holds for the card; null where there is none */
export function standingOf(
  feature: KernelFeature,
  { features }: Pick<AdapterReport, "features">,
  check: Pick<GpuCheckSummary, "features"> | null,
): FeatureStanding {
  if (!features.includes(feature)) return "missing";
  const passed = check?.features?.[feature];
  if (passed === undefined) return "unchecked";
  return passed ? "offered" : "failed";
}

function judgeFeatures(parts: readonly CheckedPart[]): CheckedFeatures {
  const partsOf = (feature: KernelFeature) => parts.filter((part) => part.feature === feature);
  const checked = KERNEL_FEATURES.filter((feature) => partsOf(feature).length > 0);
  return Object.fromEntries(checked.map((feature) => [feature, partsOf(feature).every(isRight)]));
}

const FOUND_WRONG: Record<KernelFeature, string> = {
  "shader-f16": " Half precision computes wrongly here and stays off.",
  subgroups: " Subgroups compute wrongly here and stay off.",
};

/** @param scope of the check @returns the verdict in a sentence, with the way out where it failed; another names a feature that stays off */
export function judge(
  all: readonly CheckedPart[],
  scope: CheckScope,
): Pick<GpuCheckReport, "passed" | "features" | "checks" | "worst" | "failed" | "verdict"> {
  const features = judgeFeatures(all);
  const parts = all.filter(({ feature }) => !feature);
  const failed = parts.filter((part) => !isRight(part)).map(({ name }) => name);
  const checks = parts.reduce((sum, part) => sum + part.checks, 0);
  const worst = parts.reduce<Distance | null>((sofar, part) => findWorse(sofar, part.worst), null);
  const passed = failed.length === 0;
  const figures = `${formatChecks(checks, scope)}${worst ? `, the worst error ${Math.ceil(shareOf(worst) * 100)} % of what it may be` : ""}`;
  const verdict = passed
    ? `This graphics card computes what the lab expects: ${figures}.`
    : `This graphics card fails the check of ${failed.join(", ")}: do not trust a trial on it. Update its driver, or use another browser or graphics card${findsPlainModelRight(parts) ? "; the plain model computes rightly here and can be chosen under Engine" : ""}.`;
  const stayingOff = KERNEL_FEATURES.filter((feature) => features[feature] === false).map((feature) => FOUND_WRONG[feature]);
  return { passed, features, checks, worst, failed, verdict: [verdict, ...stayingOff].join("") };
}

/** The names of a training step's parts. */
export const STEP_NAMES = {
  fused: "the fused engine",
  halves: "the fused engine in halves",
  halfProducts: "the fused engine multiplying in halves",
  subgroups: "the fused engine by subgroups",
  stock: PLAIN_MODEL,
} as const;
