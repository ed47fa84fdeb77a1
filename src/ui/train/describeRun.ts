// How a trial is trained, in named rows: as it was started, so that no step changes them. Pure.
import type { Trial } from "../../protocol/training";
import { listUnusual, regularisationWords, scheduleWords } from "../options/words";
import { describeCheck } from "../parts/describeCheck";
import { formatArchitecture, formatBatch, formatLr, formatPlural, formatTargets } from "../parts/format";

export function describeRun({
  settings,
  adapter,
  gpuCheck,
}: Pick<Trial, "settings" | "adapter" | "gpuCheck">): { name: string; value: string }[] {
  return [
    { name: "Target", value: formatTargets(settings) },
    { name: "Network", value: formatArchitecture(settings.arch) },
    { name: "Size", value: `${settings.imageSize} px` },
    { name: "Highest rate", value: formatLr(settings.maxLr) },
    { name: "Schedule", value: scheduleWords(settings) },
    { name: "Planned", value: `${formatPlural(settings.epochs, "epoch")}, ${formatBatch(settings)}` },
    { name: "Optimiser", value: `AdamW, ${regularisationWords(settings)}` },
    ...listUnusual(settings),
    { name: "Engine", value: engineWords(settings) },
    ...(adapter ? [{ name: "Adapter", value: `${adapter.name}, ${describeCheck(gpuCheck)}` }] : []),
  ];
}

const engineWords = ({ engine, activations, arithmetic, subgroups }: Trial["settings"]) =>
  [engine, activations, arithmetic === "f16" && "multiplies in halves", subgroups && "sums by subgroups"]
    .filter(Boolean)
    .join(", ");
