// Whether a graphics card was checked, in a word or two. Pure.
import type { GpuCheckSummary } from "../../protocol/gpuCheck";

export const CHECK_WORDS = { passed: "checked", failed: "check failed", none: "not checked" } as const;

export function toneOfCheck(check: Pick<GpuCheckSummary, "passed"> | null | undefined): keyof typeof CHECK_WORDS {
  if (!check) return "none";
  return check.passed ? "passed" : "failed";
}

export const describeCheck = (check: GpuCheckSummary | null | undefined): string =>
  check && !check.passed ? `${CHECK_WORDS.failed}: ${check.failed.join(", ")}` : CHECK_WORDS[toneOfCheck(check)];
