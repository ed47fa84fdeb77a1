// How figures are written everywhere on the page. It formats; it decides nothing.

import { formatCount, writePercent } from "../../app/format";

export {
  formatArchitecture,
  formatBatch,
  formatCount,
  formatFinderStep,
  formatLr,
  formatMemory,
  formatPass,
  formatPlural,
  LABEL_FORMAT_NAMES,
  nameAuroc,
  SUGGESTION_NAMES,
  writePercent,
} from "../../app/format";

/** Keeps a figure and its unit on one line. */
const NBSP = "\u00a0";

/** Its first letter a capital. */
export function toTitle(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** As short as three digits allow, for a field: 1e-3, 1.23e-2. */
export function formatLrField(lr: number): string {
  return Number(lr.toPrecision(3)).toExponential().replace("e+", "e");
}

/** 0.74 GB, 112 MB, 34 kB */
export function formatBytes(bytes: number): string {
  if (bytes >= 1e10) return `${formatCount(bytes / 1e9)}${NBSP}GB`;
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)}${NBSP}GB`;
  if (bytes >= 5e8) return `${(bytes / 1e9).toFixed(2)}${NBSP}GB`;
  if (bytes >= 1e6) return `${formatCount(bytes / 1e6)}${NBSP}MB`;
  return `${formatCount(bytes / 1e3)}${NBSP}kB`;
}

/** 42 s, 5 min 12 s, 41 min, 1 h 12 min */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total}${NBSP}s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 10) return total % 60 === 0 ? `${minutes}${NBSP}min` : `${minutes}${NBSP}min${NBSP}${total % 60}${NBSP}s`;
  if (minutes < 60) return `${minutes}${NBSP}min`;
  return minutes % 60 === 0 ? `${minutes / 60}${NBSP}h` : `${Math.floor(minutes / 60)}${NBSP}h${NBSP}${minutes % 60}${NBSP}min`;
}

/** 1.6 s, 340 ms */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}${NBSP}ms` : ms < 10_000 ? `${(ms / 1000).toFixed(1)}${NBSP}s` : formatDuration(ms / 1000);
}

/** Films a second: 0.42, 6.1, 470 */
export function formatRate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "–";
  if (perSecond < 1) return perSecond.toFixed(2);
  return perSecond < 10 ? perSecond.toFixed(1) : formatCount(perSecond);
}

/** 0.16 as 16 % */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : formatCount(percent)}${NBSP}%`;
}

/** 0.0005 as 0.05 %: of a rare finding the first digits that are not zero count. */
export function formatPrevalence(share: number): string {
  return `${writePercent(share)}${NBSP}%`;
}

/** A loss, AUROC or accuracy to three places, 4.5e+17 where a loss ran away; a dash where there is none. */
export function formatMetric(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return "–";
  return Math.abs(value) < 1e5 ? value.toFixed(3) : value.toExponential(1);
}

/** 0.880 to 0.940 */
export function formatInterval({ low, high }: { low: number; high: number }): string {
  return `${formatMetric(low)} to ${formatMetric(high)}`;
}

/** Cardiomegaly, or of several targets Cardiomegaly + 2 more */
export function formatTargets({ target, moreTargets }: { target: string; moreTargets: readonly unknown[] }): string {
  return moreTargets.length === 0 ? target : `${target} + ${moreTargets.length} more`;
}
