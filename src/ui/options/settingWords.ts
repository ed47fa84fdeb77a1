// A setting's value in words, whatever the setting. It says nothing of what the setting does.
import { SCHEDULE_NAMES } from "../../app/format";
import { METRIC_NAMES } from "../../protocol/metrics";
import type { TargetSettings, TrialSettings } from "../../protocol/settings";
import { formatArchitecture, formatLrField, formatPlural } from "../parts/format";
import { NORMALISATION_NAMES } from "./words";

type Words = { [Field in keyof TrialSettings]?: (value: TrialSettings[Field]) => string };

/** Those that are not written as they are. */
const WORDS: Words = {
  maxLr: writeRate,
  sliceFrom: writeRate,
  arch: formatArchitecture,
  normalisation: (normalisation) => NORMALISATION_NAMES[normalisation],
  schedule: (schedule) => SCHEDULE_NAMES[schedule],
  keepBest: (metric) => METRIC_NAMES[metric],
  validation: (share) =>
    typeof share === "number"
      ? `${Number((100 * share).toPrecision(6))}\u00a0%`
      : { own: "the dataset's own", all: "all films: a test set" }[share],
  positive: (values) => values.join(", "),
  moreTargets: (targets) => targets.map(describeTarget).join("; ") || "none",
  doubtful: (paths) => (paths.length === 0 ? "none" : formatPlural(paths.length, "film")),
};

export function writeSetting<Field extends keyof TrialSettings>(field: Field, settings: TrialSettings): string {
  const value = settings[field];
  return WORDS[field]?.(value) ?? writeValue(value);
}

function writeValue(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return writeNumber(value);
  return Array.isArray(value) ? value.map(writeValue).join(", ") : String(value);
}

/** Small numbers as rates are written. */
function writeNumber(value: number): string {
  return Math.abs(value) < 0.01 ? writeRate(value) : String(value);
}

/** Of more than three digits all are written: two that are others must not look alike. */
function writeRate(value: number): string {
  const short = formatLrField(value);
  return value !== 0 && Number(short) === value ? short : String(value);
}

function describeTarget({ target, positive, uncertain, blank }: TargetSettings): string {
  return `${target} (positive ${positive.join(", ")}; uncertain ${uncertain}; blank ${blank})`;
}
