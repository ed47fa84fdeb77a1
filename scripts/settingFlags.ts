// The flags of `npm run train` that set one of the page's training settings: how each is read, and where on the page it is set.
import type { Page } from "@playwright/test";
import { MOST_FINDER_RUNS } from "../src/protocol/finder";
import { type NumericSetting, SETTING_RULES } from "../src/protocol/settingRules";
import { ACTIVATIONS, ARITHMETICS, ENGINES, HEADS, LOSSES, METRICS, NORMALISATIONS, SCHEDULES } from "../src/protocol/settings";

interface SettingFlag {
  /** What it takes, as the usage shows it. */
  takes: string;
  /** What a value must be; null where it is. */
  refuse(value: string): string | null;
  /** The group of settings that is opened for it. */
  group?: string;
  set(page: Page, value: string): Promise<void>;
}

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

/** Types into a field and leaves it, as a person does. @throws Error where the page refuses the value */
export async function fill(page: Page, label: string, value: string | number): Promise<void> {
  await field(page, label).fill(String(value));
  await field(page, label).blur();
  if ((await field(page, label).getAttribute("aria-invalid")) === "true") {
    throw new Error(`The page does not take ${value} for "${label}".`);
  }
}

function choice(group: string, label: string, options: readonly string[]): SettingFlag {
  return {
    group,
    takes: options.join("|"),
    refuse: (value) => (options.includes(value) ? null : `one of ${options.join(", ")}`),
    set: async (page, value) => void (await field(page, label).selectOption(value)),
  };
}

function typed(label: string, takes: string, wanted: string, holds: (value: number) => boolean, group?: string): SettingFlag {
  return {
    ...(group && { group }),
    takes,
    refuse: (value) => (value.trim() !== "" && holds(Number(value)) ? null : wanted),
    set: (page, value) => fill(page, label, value),
  };
}

function number(group: string, setting: NumericSetting, takes: string): SettingFlag {
  const { name, wanted, holds } = SETTING_RULES[setting];
  return typed(name, takes, wanted, holds, group);
}

function button(group: string, names: Record<string, string>): SettingFlag {
  const values = Object.keys(names);
  return {
    group,
    takes: values.join("|"),
    refuse: (value) => (Object.hasOwn(names, value) ? null : `one of ${values.join(", ")}`),
    set: (page, value) => page.getByRole("button", { name: names[value] ?? "", exact: true }).click(),
  };
}

const ENGINE = "Engine and memory";

/** In the order in which they are set. */
export const SETTING_FLAGS: Record<string, SettingFlag> = {
  engine: choice(ENGINE, "Engine", ENGINES),
  activations: choice(ENGINE, "Activations", ACTIVATIONS),
  arithmetic: choice(ENGINE, "Arithmetic", ARITHMETICS),
  subgroups: choice(ENGINE, "Subgroups", ["off", "on"]),
  "films-per-pass": number(ENGINE, "filmsPerPass", "N"),
  "gpu-budget": number(ENGINE, "gpuBudgetMiB", "MIB"),
  schedule: choice("Schedule", "Kind", SCHEDULES),
  head: choice("Transfer", "Head", HEADS),
  normalisation: choice("Transfer", "Normalisation", NORMALISATIONS),
  "freeze-epochs": number("Transfer", "freezeEpochs", "N"),
  "slice-from": number("Transfer", "sliceFrom", "1e-5"),
  augment: button("Augmentation", { none: "None", fastai: "Use fastai's" }),
  mixup: number("Augmentation", "mixup", "0.4"),
  loss: choice("Loss", "Loss", LOSSES),
  "label-smoothing": number("Loss", "labelSmoothing", "0.1"),
  "clip-norm": number("Regularisation", "clipNorm", "1"),
  "average-decay": number("Regularisation", "averageDecay", "0.999"),
  "keep-best": choice("Keeping", "Best by", METRICS),
  "early-stop": number("Keeping", "earlyStop", "N"),
  "finder-runs": typed(
    "Finder runs",
    "N",
    `a whole number from 1 to ${MOST_FINDER_RUNS}`,
    (n) => Number.isInteger(n) && n >= 1 && n <= MOST_FINDER_RUNS,
  ),
};

/** Each with what it takes, some to a line. */
export function describeSettingFlags(): string {
  const words = Object.entries(SETTING_FLAGS).map(([flag, { takes }]) => `[--${flag} ${takes}]`);
  const lines = [""];
  for (const word of words) {
    if ((lines.at(-1) ?? "").length + word.length > 120) lines.push("");
    lines.push(`${lines.pop()} ${word}`.replace(/^ +/, "  "));
  }
  return lines.join("\n");
}

/** Those given, checked. @throws Error with a sentence that names the flag */
export function readSettingFlags(values: Record<string, unknown>): [flag: string, value: string][] {
  return Object.entries(SETTING_FLAGS).flatMap(([flag, { refuse }]): [string, string][] => {
    const value = values[flag];
    if (typeof value !== "string") return [];
    const wanted = refuse(value);
    if (wanted) throw new Error(`--${flag} ${value}: must be ${wanted}.`);
    return [[flag, value]];
  });
}

/** Opens the groups that are needed and sets each, on a step that shows the training settings. */
export async function applySettingFlags(page: Page, flags: readonly [flag: string, value: string][]): Promise<void> {
  for (const [flag, value] of flags) {
    const { group, set } = SETTING_FLAGS[flag] ?? {};
    if (group) await openGroup(page, group);
    await set?.(page, value);
  }
}

async function openGroup(page: Page, title: string): Promise<void> {
  const summary = page.locator("details > summary", { hasText: title }).first();
  const isOpen = await summary.evaluate(({ parentElement }) => parentElement?.hasAttribute("open"));
  if (!isOpen) await summary.click();
}
