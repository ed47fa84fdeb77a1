// What of the graphics card's features may be used now: what its check, as it still holds, found right, and no other.
import { standingOf } from "../protocol/gpuCheck";
import { demandFeature, type FeatureStanding, type KernelFeature, listNeeded, whyOff } from "../protocol/gpuFeatures";
import type { TrialSettings } from "../protocol/settings";
import type { LabState } from "./state";

type Checked = Pick<LabState, "gpu" | "gpuCheck">;

export function findStanding({ gpu, gpuCheck }: Checked, feature: KernelFeature): FeatureStanding {
  if (!gpu.report) return "unchecked";
  // A card that was opened anew may be another than the one that was checked.
  const check = gpuCheck.report?.adapter === gpu.report.name ? gpuCheck.report : null;
  return standingOf(feature, gpu.report, check);
}

/** Why a run of these settings may not start on this card, in a sentence with the way out; null where it may. */
export function findFeatureOff(lab: Checked, settings: TrialSettings): string | null {
  const whys = listNeeded(settings).map((feature) => whyOff(feature, findStanding(lab, feature)));
  return whys.find((why) => why !== null) ?? null;
}

/** @throws LabError featureOff naming the setting */
export function demandOffered(lab: Checked, settings: TrialSettings): void {
  for (const feature of listNeeded(settings)) demandFeature(feature, findStanding(lab, feature));
}
