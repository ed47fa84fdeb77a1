// How counts and rates are written, in the lab's sentences and on the page. The page's own figures are ui/parts/format.ts.

import type { LabelFormat } from "../protocol/dataset";
import type { FinderProgress, SuggestionName } from "../protocol/finder";
import { cutPasses } from "../protocol/passes";
import type { ScheduleName, TrialSettings } from "../protocol/settings";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 27,000 */
export function formatCount(n: number): string {
  return whole.format(n);
}

/** 1 film, 27,000 films */
export function formatPlural(n: number, noun: string): string {
  return `${formatCount(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** 0.2847 as 28.5, 0.000512 as 0.0512, 0.9999 as 99.99: three digits of the rarer class. */
export function writePercent(share: number): string {
  const percent = 100 * share;
  const rarer = Math.min(percent, 100 - percent);
  const digits = rarer > 0 ? Math.max(0, 2 - Math.floor(Math.log10(rarer))) : 0;
  return String(Number(percent.toFixed(Math.min(digits, 12))));
}

type Cut = Pick<TrialSettings, "batchSize" | "filmsPerPass">;

/** Films that the network really sees at once where a batch is cut: 8, or 8 to 9 where it cannot be cut evenly. Null for a whole batch. */
export function formatPass({ batchSize, filmsPerPass }: Cut): string | null {
  const passes = cutPasses(batchSize, filmsPerPass);
  const [least, most] = [Math.min(...passes), Math.max(...passes)];
  if (passes.length < 2) return null;
  return least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
}

/** batch of 16, batch of 16 in passes of 4 */
export function formatBatch(settings: Cut): string {
  const pass = formatPass(settings);
  return `batch of ${settings.batchSize}${pass ? ` in passes of ${pass}` : ""}`;
}

const MOST_NAMES = 5;

/** Edema, Fracture; of many their number: 1,000 classes */
export function formatNames(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${formatCount(names.length)} classes` : names.join(", ");
}

/** 7.4e-2 */
export function formatLr(lr: number): string {
  return Number.isFinite(lr) ? lr.toExponential(1).replace("e+", "e") : "–";
}

/** As fastai's documentation calls them. */
export const SUGGESTION_NAMES: Record<SuggestionName, string> = {
  valley: "valley",
  minimumOver10: "minimum / 10",
  slide: "slide",
  steep: "steep",
  steepest: "steepest",
};

/** step 12 of 100, step 12 of 100 in run 2 of 3 */
export function formatFinderStep({ step, steps, run, runs }: FinderProgress): string {
  const within = `step ${formatCount(step)} of ${formatCount(steps)}`;
  return runs > 1 ? `${within} in run ${run + 1} of ${runs}` : within;
}

/** GPU memory, which is counted in binary units as the limits of adapters are: 0.72 GiB, 4 GiB, 306 MiB, 84 KiB */
export function formatMemory(bytes: number): string {
  const gib = bytes / 2 ** 30;
  if (gib >= 0.5) return `${Number(gib.toFixed(gib < 10 ? 2 : 1))}\u00a0GiB`;
  const mib = bytes / 2 ** 20;
  if (mib >= 1) return `${mib < 10 ? mib.toFixed(1) : formatCount(mib)}\u00a0MiB`;
  return `${formatCount(bytes / 2 ** 10)}\u00a0KiB`;
}

/** What an AUROC is called: of several targets it is their mean. */
export function nameAuroc(targets: number): string {
  return targets > 1 ? "mean AUROC" : "AUROC";
}

const ARCHITECTURE_NAMES: Record<string, string> = {
  densenet121: "DenseNet121",
  densenet161: "DenseNet161",
  densenet169: "DenseNet169",
  densenet201: "DenseNet201",
  "densenet-mini": "DenseNet mini",
};

export function formatArchitecture(arch: string): string {
  return ARCHITECTURE_NAMES[arch] ?? arch;
}

export const SCHEDULE_NAMES: Record<ScheduleName, string> = {
  oneCycle: "one-cycle",
  flatCos: "flat, then cosine",
  constant: "constant",
  plateau: "lower on a plateau",
};

export const LABEL_FORMAT_NAMES: Record<LabelFormat, string> = {
  chexpert: "CheXpert",
  nih: "NIH ChestX-ray14",
  mimic: "MIMIC-CXR-JPG",
  padchest: "PadChest",
  vindr: "VinDr-CXR",
  rsna: "RSNA",
  anyCsv: "CSV, any columns",
  folderPerClass: "a folder per class",
};
