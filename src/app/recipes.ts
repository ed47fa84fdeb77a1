// The sampling recipe: which films a trial is made of, as one JSON file that gives the same films in the same order elsewhere. It samples nothing.
import type { ColumnMapping, DatasetSummary, LabelFormat, SampledRows } from "../protocol/dataset";
import { LabError } from "../protocol/labError";
import { type SampleSettings, sampleSettingsOf, type TrialSettings } from "../protocol/settings";
import { readSettings } from "../storage/settings";
import { LABEL_FORMAT_NAMES } from "./format";

const KIND = "roentgen-lab recipe";
const VERSION = 1;

export interface Recipe {
  kind: typeof KIND;
  version: typeof VERSION;
  dataset: {
    name: string;
    /** Of the label files' bytes and of which film each row is. */
    fingerprint: string;
    format: LabelFormat;
    mapping: ColumnMapping | null;
    labelFiles: { path: string; sha256: string }[];
    rows: number;
    films: number;
  };
  settings: SampleSettings;
  /** What comes of it: SHA-256 of the sampled rows as the lab writes them to CSV. */
  sample: { films: number; sha256: string };
}

export function writeRecipe(dataset: DatasetSummary, settings: TrialSettings, { films: sampled, sha256 }: SampledRows): Recipe {
  const { name, fingerprint, format, mapping, labelFiles, rows, films } = dataset;
  const files = labelFiles.map((file) => ({ path: file.path, sha256: file.sha256 }));
  return {
    kind: KIND,
    version: VERSION,
    dataset: { name, fingerprint, format, mapping, labelFiles: files, rows, films },
    settings: sampleSettingsOf(settings),
    sample: { films: sampled, sha256 },
  };
}

/** @throws LabError badSettings where the text is no recipe, of a later version, or has a setting that none can have */
export function readRecipe(text: string, name: string): Recipe {
  const recipe = parse(text) as Partial<Recipe> | null;
  if (recipe?.kind !== KIND || !Array.isArray(recipe.dataset?.labelFiles) || !recipe.settings || !recipe.sample) {
    const message = `“${name}” is no sampling recipe of the lab. Drop a file that “Save recipe” wrote.`;
    throw new LabError("badSettings", message, name);
  }
  if (recipe.version !== VERSION) {
    const message = `“${name}” is a recipe of version ${recipe.version}; this lab reads version ${VERSION}. Open it in the lab that wrote it.`;
    throw new LabError("badSettings", message, name);
  }
  return { ...(recipe as Recipe), settings: readSampleSettings({ ...BEFORE, ...recipe.settings }, name) };
}

/** How films were sampled where recipes said nothing of it. */
const BEFORE = { stratify: false, doubtful: [] };

/** A recipe with a setting of its own devising would give other films: nothing is replaced by a default. */
function readSampleSettings(given: Partial<SampleSettings>, name: string): SampleSettings {
  const settings = sampleSettingsOf(readSettings(given));
  for (const [field, read] of Object.entries(settings)) {
    const value = JSON.stringify(given[field as keyof SampleSettings]);
    if (value === JSON.stringify(read)) continue;
    const what = value === undefined ? `says nothing of “${field}”` : `gives “${field}” as ${value}, which it cannot be`;
    throw new LabError("badSettings", `“${name}” ${what}. Drop the recipe as “Save recipe” wrote it.`, field);
  }
  return settings;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** How labels were read; trials of early versions do not say by which columns. */
export interface Reading {
  format: LabelFormat;
  mapping?: ColumnMapping | null | undefined;
}
export type ReadDataset = Reading & { name: string };

export function isReadAlike(then: Reading, now: Reading): boolean {
  const isMappedAlike = then.mapping === undefined || JSON.stringify(then.mapping) === JSON.stringify(now.mapping);
  return then.format === now.format && isMappedAlike;
}

/** @param name of the recipe or trial. @throws LabError badSettings where the open dataset cannot be read as that one was */
export function requireReadable(then: ReadDataset, now: DatasetSummary, name: string): void {
  const columns = Object.values(then.mapping ?? {}).flat();
  const missing = columns.find((column) => column !== undefined && !now.csvColumns.includes(column));
  const isPossible =
    [now.format, ...now.otherFormats].includes(then.format) || (then.format === "anyCsv" && then.mapping != null);
  if (isPossible && missing === undefined) return;
  const why = isPossible
    ? `${now.csvPath || now.name} has no column “${missing}”, which it reads`
    : `${now.name} is read as ${LABEL_FORMAT_NAMES[now.format]}, and cannot be as ${LABEL_FORMAT_NAMES[then.format] ?? then.format}`;
  const message = `“${name}” was made with another dataset, ${then.name}: ${why}. Open ${then.name}, then take it again.`;
  throw new LabError("badSettings", message, name);
}

/** What is another than when the recipe was written, as a sentence; null where the dataset is the same. */
export function describeDifference({ dataset: then }: Recipe, now: DatasetSummary): string | null {
  if (then.fingerprint === now.fingerprint) return null;
  const changed = then.labelFiles.find(({ sha256 }) => !now.labelFiles.some((file) => file.sha256 === sha256));
  if (changed) return `${changed.path} is another file than the recipe was made with.`;
  if (then.films !== now.films) return `The recipe was made with ${then.films} films, and here are ${now.films}.`;
  return "Rows and films fit otherwise than when the recipe was made.";
}
