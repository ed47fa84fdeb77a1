// What a forecast says in sentences, for the panel and the notice alike. Pure; it decides nothing (app/fit.ts does).
import type { RunTime } from "../../app/fit";
import type { TrialSettings } from "../../protocol/settings";
import type { Forecast } from "../../protocol/training";
import { formatArchitecture, formatCount, formatDuration, formatMemory, formatMs, formatPlural } from "./format";

/** Films that the network sees at once; the whole batch where the setting says no other. */
export const filmsAtOnce = ({ batchSize, filmsPerPass }: Pick<TrialSettings, "batchSize" | "filmsPerPass">) =>
  filmsPerPass > 0 ? Math.min(batchSize, filmsPerPass) : batchSize;

/** "batch of 16", "batch of 16 in passes of 4" */
export function describeBatch(settings: Pick<TrialSettings, "batchSize" | "filmsPerPass">): string {
  const atOnce = filmsAtOnce(settings);
  return `batch of ${settings.batchSize}${atOnce < settings.batchSize ? ` in passes of ${atOnce}` : ""}`;
}

export function describeMemory({ gpuBytes, budgetBytes, largestPass }: Forecast, settings: TrialSettings): string {
  const what = `${formatArchitecture(settings.arch)} at ${settings.imageSize} px, ${describeBatch(settings)}`;
  const most =
    largestPass === 0
      ? "not even one film fits"
      : `up to ${formatPlural(largestPass, "film")} fit${largestPass === 1 ? "s" : ""} at once`;
  return gpuBytes <= budgetBytes
    ? `${what}: ${formatMemory(gpuBytes)} of a ${formatMemory(budgetBytes)} budget; ${most}.`
    : `${what}: ${formatMemory(gpuBytes)}, over the budget of ${formatMemory(budgetBytes)}; ${most}.`;
}

/** What passes within a batch change, and what they leave as it is. */
export function describePasses(batchSize: number, filmsPerPass: number): string {
  return `In passes of ${filmsPerPass}, each is normalised by its own films' statistics, and the gradients are averaged over the passes: a batch of ${batchSize} to the optimiser, and of ${filmsPerPass} to BatchNorm.`;
}

export function describeTime(time: RunTime | null): string {
  if (!time) return "How long that takes is known after the first steps of LR Find.";
  const { steps, msPerStep, seconds } = time;
  return `About ${formatDuration(seconds)}: ${formatCount(steps)} steps of ${formatMs(msPerStep)}, and validation.`;
}
