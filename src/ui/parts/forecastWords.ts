// What a forecast says in sentences, for the panel and the notice alike. Pure; it decides nothing (app/fit.ts does).
import type { RunTime } from "../../app/fit";
import type { TrialSettings } from "../../protocol/settings";
import type { Forecast } from "../../protocol/training";
import {
  formatArchitecture,
  formatBatch,
  formatCount,
  formatDuration,
  formatMemory,
  formatMs,
  formatPass,
  formatPlural,
} from "./format";

export function describeMemory({ gpuBytes, budgetBytes, largestPass }: Forecast, settings: TrialSettings): string {
  const what = `${formatArchitecture(settings.arch)} at ${settings.imageSize} px, ${formatBatch(settings)}`;
  const most =
    largestPass === 0
      ? "not even one film fits"
      : `up to ${formatPlural(largestPass, "film")} fit${largestPass === 1 ? "s" : ""} at once`;
  return gpuBytes <= budgetBytes
    ? `${what}: ${formatMemory(gpuBytes)} of a ${formatMemory(budgetBytes)} budget; ${most}.`
    : `${what}: ${formatMemory(gpuBytes)}, over the budget of ${formatMemory(budgetBytes)}; ${most}.`;
}

/** What passes within a batch change, and what they leave as it is; null where there is only one. */
export function describePasses(settings: Pick<TrialSettings, "batchSize" | "filmsPerPass">): string | null {
  const pass = formatPass(settings);
  return (
    pass &&
    `In passes of ${pass}, each is normalised by its own films' statistics, and the gradients are averaged over the films: a batch of ${settings.batchSize} to the optimiser, and of ${pass} to BatchNorm.`
  );
}

export function describeTime(time: RunTime | null): string {
  if (!time) return "How long that takes is known after the first steps of LR Find.";
  const { steps, msPerStep, seconds } = time;
  return `About ${formatDuration(seconds)}: ${formatCount(steps)} steps of ${formatMs(msPerStep)}, and validation.`;
}
