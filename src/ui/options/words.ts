// What is set of how a trial is trained, in a few words: what a closed group of settings says, and a run's panel. Pure.
import { SCHEDULE_NAMES } from "../../app/format";
import { METRIC_NAMES } from "../../protocol/metrics";
import {
  DEFAULT_SETTINGS,
  type KeepingSettings,
  type LossSettings,
  type Normalisation,
  type ScheduleName,
  type ScheduleSettings,
  type TrainingSettings,
  type TransferSettings,
} from "../../protocol/settings";
import { formatLr, formatPlural, formatShare } from "../parts/format";
import { describeAugmentation } from "./describeAugmentation";

export const NORMALISATION_NAMES: Record<Normalisation, string> = { imagenet: "ImageNet", xrv: "[-1024, 1024]" };

/** Those that hold, joined. */
const list = (...parts: (string | false)[]) => parts.filter(Boolean).join(", ");

export function scheduleWords({ schedule, pctStart, flatPct, plateauFactor }: ScheduleSettings): string {
  const detail: Record<ScheduleName, string> = {
    oneCycle: `${formatShare(pctStart)} up`,
    flatCos: `${formatShare(flatPct)} flat`,
    constant: "",
    plateau: `× ${plateauFactor}`,
  };
  return list(SCHEDULE_NAMES[schedule], detail[schedule]);
}

type Transfer = TransferSettings & Pick<TrainingSettings, "head" | "normalisation">;

export function transferWords({ freezeEpochs, sliceFrom, head, normalisation }: Transfer): string {
  return (
    list(
      head === "fastai" && "fastai's head",
      normalisation !== "imagenet" && `films in ${NORMALISATION_NAMES[normalisation]}`,
      freezeEpochs > 0 && `${formatPlural(freezeEpochs, "epoch")} frozen`,
      sliceFrom > 0 && `rates from ${formatLr(sliceFrom)}`,
    ) || "all trained alike"
  );
}

export function lossWords({ loss, focalGamma, focalAlpha, labelSmoothing }: LossSettings): string {
  const focal = list(`focal, gamma ${focalGamma}`, focalAlpha >= 0 && `alpha ${focalAlpha}`);
  return list(loss === "focal" ? focal : "cross-entropy", labelSmoothing > 0 && `smoothed by ${labelSmoothing}`);
}

type Regularisation = Pick<TrainingSettings, "weightDecay" | "normDecay" | "clipNorm" | "averageDecay">;

export function regularisationWords({ weightDecay, normDecay, clipNorm, averageDecay }: Regularisation): string {
  return list(
    weightDecay > 0 ? `decay ${weightDecay}` : "no decay",
    weightDecay > 0 && !normDecay && "not of norms",
    clipNorm > 0 && `clipped at ${clipNorm}`,
    averageDecay > 0 && `averaged by ${averageDecay}`,
  );
}

export function keepingWords({ keepBest, earlyStop, averageLast }: KeepingSettings): string {
  return list(
    `best by ${METRIC_NAMES[keepBest]}`,
    earlyStop > 0 && `stops after ${earlyStop}`,
    averageLast > 0 && `last ${averageLast} kept`,
  );
}

/** The groups of which a run's panel says something only where it is not the usual. */
const GROUPS: { name: string; words: (settings: TrainingSettings) => string }[] = [
  { name: "Transfer", words: transferWords },
  { name: "Augmentation", words: describeAugmentation },
  { name: "Loss", words: lossWords },
  { name: "Kept", words: keepingWords },
];

export function listUnusual(settings: TrainingSettings): { name: string; value: string }[] {
  return GROUPS.flatMap(({ name, words }) => {
    const value = words(settings);
    return value === words(DEFAULT_SETTINGS) ? [] : [{ name, value }];
  });
}
