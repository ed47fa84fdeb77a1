// What a graphics card may have beyond plain WebGPU that the fused engine can use, which settings ask for it, and in which words it is refused.
// Not what a card must have, which is WebGPU itself.
import { LabError } from "./labError";
import { nameSetting } from "./settingNames";
import { type TrainingSettings, WITHOUT_FEATURES } from "./settings";

/** As WebGPU calls them. */
export const KERNEL_FEATURES = ["shader-f16", "subgroups"] as const;
export type KernelFeature = (typeof KERNEL_FEATURES)[number];

const SETTINGS: Record<KernelFeature, keyof typeof WITHOUT_FEATURES> = { "shader-f16": "arithmetic", subgroups: "subgroups" };

/** What the fused engine needs of its card with these settings; the plain model asks for nothing, whatever they are. */
export function listNeeded({
  engine = "fused",
  ...settings
}: Partial<Pick<TrainingSettings, "engine" | keyof typeof WITHOUT_FEATURES>>): KernelFeature[] {
  if (engine === "stock") return [];
  const chosen = { ...WITHOUT_FEATURES, ...settings };
  return KERNEL_FEATURES.filter((feature) => chosen[SETTINGS[feature]] !== WITHOUT_FEATURES[SETTINGS[feature]]);
}

/** A feature of which all parts of a check passed may be used, and no other: those that failed, that the card lacks, or that nobody checked on it. */
export type FeatureStanding = "offered" | "failed" | "missing" | "unchecked";

const WORDS: Record<KernelFeature, { can: string; doing: string; without: string }> = {
  "shader-f16": { can: "multiply in halves", doing: "Multiplying in halves", without: "Arithmetic f32" },
  subgroups: { can: "sum by subgroups", doing: "Summing by subgroups", without: "Subgroups off" },
};

/**
 * In a sentence with the way out; null where it is offered.
 * @param isChosen to do without is a way out too
 */
export function whyOff(feature: KernelFeature, standing: FeatureStanding, isChosen = true): string | null {
  if (standing === "offered") return null;
  const { can, doing, without } = WORDS[feature];
  const [why, way] = {
    missing: [`This graphics card, or this browser on it, cannot ${can} (WebGPU's ${feature})`, "use another card or browser"],
    unchecked: [`${doing} was not checked on this graphics card by this browser and version of the lab`, "press Check this GPU"],
    failed: [`${doing} failed the check of this graphics card`, "update its driver and check again"],
  }[standing];
  return `${why}: ${way}${isChosen ? `, or choose ${without}` : ""}.`;
}

/** @throws LabError featureOff naming the setting, unless the feature is offered */
export function demandFeature(feature: KernelFeature, standing: FeatureStanding): void {
  const why = whyOff(feature, standing);
  if (why) throw new LabError("featureOff", why, nameSetting(SETTINGS[feature]));
}
