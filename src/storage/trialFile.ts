// Reads the JSON that was downloaded of a trial, to run it again. What it holds is written by training/trials.ts; nothing is run here.
import type { TrialFile } from "../protocol/again";
import { LabError } from "../protocol/labError";
import type { TrialSettings } from "../protocol/settings";
import type { AdapterReport, AurocInterval, Beginning, DatasetFingerprint, EpochRecord, StepRecord } from "../protocol/training";
import { isState } from "./archivedShape";
import { findImpossible, isSetting } from "./settings";
import {
  type Check,
  fields,
  findMisshapen,
  isFigure,
  isFlag,
  isNumber,
  isText,
  listOf,
  optional,
  orNull,
  recordOf,
} from "./shape";
import { completeSettings, completeSummary, type KeptSummary } from "./trials";

const FORMAT_VERSION = 1;

/** The fields of the file that are read. */
interface Written {
  trial: string;
  parent: string | null;
  beginning?: Beginning | null;
  settings: Partial<TrialSettings> & { target: string };
  dataset: DatasetFingerprint;
  sample: KeptSummary;
  adapter: AdapterReport | null;
  versions: Record<string, string>;
  epochs: EpochRecord[];
  steps: StepRecord[];
}

const isSha256: Check = (value) => typeof value === "string" && /^[0-9a-f]*$/.test(value);
const isAny: Check = () => true;

const DATASET: Record<keyof DatasetFingerprint, Check> = {
  name: isText,
  format: isText,
  rows: isNumber,
  films: isNumber,
  csvPath: isText,
  csvSha256: isSha256,
  fingerprint: optional(isText),
  labelFiles: optional(listOf(fields<{ path: string; sha256: string }>({ path: isText, sha256: isSha256 }))),
  mapping: optional(orNull(recordOf((value) => isText(value) || listOf(isText)(value)))),
  contents: optional(
    fields<NonNullable<DatasetFingerprint["contents"]>>({
      fingerprint: isText,
      gradings: recordOf(isNumber),
      repeatedAcross: isNumber,
      setsAsideRepeated: isFlag,
      repeatedWithin: isNumber,
    }),
  ),
  failed: optional(listOf(fields<{ path: string; reason: string }>({ path: isText, reason: isText }))),
};

const isPart = fields<KeptSummary["train"]>({ films: isNumber, positives: isNumber, negatives: isNumber, patients: isNumber });
const isCounts = fields<KeptSummary["train"] & { unknown: number }>({
  positives: isNumber,
  negatives: isNumber,
  unknown: isNumber,
});
/** What is not looked at is not judged. */
const SAMPLE: { [Field in keyof KeptSummary]?: Check } = {
  kept: isNumber,
  setAside: isNumber,
  before: isPart,
  after: isPart,
  train: isPart,
  valid: isPart,
  epochFilms: isNumber,
  targets: optional(
    listOf(
      fields<NonNullable<KeptSummary["targets"]>[number]>({
        target: isText,
        before: optional(isCounts),
        train: isCounts,
        valid: isCounts,
        positiveWeight: isNumber,
      }),
    ),
  ),
};

const BEGINNING: Record<keyof Beginning, Check> = {
  name: isText,
  which: orNull((value) => value === "last" || value === "best" || value === "average"),
  imageSize: orNull(isNumber),
  sha256: isSha256,
  replaced: orNull(isText),
  notes: listOf(isText),
};

const ADAPTER: Record<keyof AdapterReport, Check> = {
  name: isText,
  vendor: isText,
  architecture: isText,
  isSoftware: isFlag,
  maxBindingBytes: isNumber,
  maxBufferBytes: isNumber,
  features: listOf(isText),
};

const STEP: Record<keyof StepRecord, Check> = {
  step: isNumber,
  epoch: isNumber,
  loss: isNumber,
  lr: isNumber,
  momentum: isNumber,
};
const EPOCH: Record<keyof EpochRecord, Check> = {
  epoch: isNumber,
  trainLoss: isFigure,
  validLoss: isFigure,
  accuracy: isFigure,
  auroc: isFigure,
  aurocInterval: optional(orNull(fields<AurocInterval>({ low: isNumber, high: isNumber }))),
  aurocs: optional(listOf(isFigure)),
  seconds: isNumber,
};

/** Each counts from 0, and none is missing. */
const inOrder =
  (check: Check, field: "step" | "epoch"): Check =>
  (value) =>
    listOf(check)(value) && (value as Record<typeof field, unknown>[]).every((entry, at) => entry[field] === at);

/** All that the file of a trial has. Of what follows from other fields, and of the time that it took, nothing depends. */
const FILE: Record<keyof Written, Check> & Record<string, Check> = {
  formatVersion: isNumber,
  trial: isText,
  parent: orNull(isText),
  origin: isAny,
  again: isAny,
  beginning: optional(orNull(fields<Beginning>(BEGINNING))),
  createdAt: isText,
  note: optional(isText),
  star: optional(isFlag),
  state: isState,
  failure: isAny,
  settings: fields<Written["settings"]>({ target: isText }),
  schedule: isAny,
  optimizer: isAny,
  normalisation: isAny,
  seeds: isAny,
  dataset: fields<DatasetFingerprint>(DATASET),
  sample: fields<KeptSummary>(SAMPLE),
  adapter: orNull(fields<AdapterReport>(ADAPTER)),
  gpuCheck: optional(isAny),
  gpuBudgetBytes: optional(orNull(isNumber)),
  versions: recordOf(isText),
  stepsDone: isNumber,
  stepsTotal: isNumber,
  earlyEnd: optional(orNull(isText)),
  seconds: isNumber,
  finder: isAny,
  epochs: inOrder(fields<EpochRecord>(EPOCH), "epoch"),
  steps: inOrder(fields<StepRecord>(STEP), "step"),
};

/** Whether a JSON file means to be a trial's, though it may be damaged: its first bytes say so. */
export async function isTrialFile(file: Blob): Promise<boolean> {
  return (await file.slice(0, 200).text()).includes('"formatVersion"');
}

/**
 * Settings and counts that an earlier version did not write are as they were then.
 * @throws LabError badSettings, naming the file and what is wrong with it
 */
export function readTrialFile(text: string, name: string): TrialFile {
  const refuse = (why: string) =>
    new LabError("badSettings", `“${name}” cannot be run again: ${why}. Choose a file that “Download trial” wrote.`, name);
  const file = parse(text);
  if (file === undefined) throw refuse("it is damaged or was cut off, and is no JSON any more");
  if (typeof file !== "object" || file === null || !("formatVersion" in file)) throw refuse("it is no file of a trial");
  const { formatVersion } = file;
  if (typeof formatVersion !== "number" || formatVersion > FORMAT_VERSION) {
    const versions = `its format is ${JSON.stringify(formatVersion)}, and this version of the lab reads ${FORMAT_VERSION}`;
    const message = `“${name}” cannot be run again: ${versions}. Run it again in the version that wrote it.`;
    throw new LabError("badSettings", message, name);
  }
  const misshapen = findMisshapen(file, FILE);
  if (misshapen) throw refuse(`its “${misshapen}” is missing or not as the lab writes it`);
  const { trial, parent, beginning, settings, dataset, sample, adapter, versions, epochs, steps } = file as unknown as Written;
  const impossible = findImpossible(settings);
  if (impossible) {
    throw refuse(
      `it gives “${impossible}” as ${JSON.stringify(new Map(Object.entries(settings)).get(impossible))}, which it cannot be`,
    );
  }
  return {
    name,
    trial,
    settings: completeSettings(Object.fromEntries(Object.entries(settings).filter(([field]) => isSetting(field)))),
    dataset,
    sample: completeSummary(sample, settings.target),
    beginning: beginning ?? (parent === null ? null : { ...UNTOLD, name: parent }),
    adapter,
    versions,
    course: { losses: Float64Array.from(steps, ({ loss }) => loss), epochs },
    unknown: [
      ...Object.keys(file).filter((field) => !Object.hasOwn(FILE, field)),
      ...Object.keys(settings)
        .filter((field) => !isSetting(field))
        .map((field) => `settings.${field}`),
      ...Object.keys(dataset)
        .filter((field) => !Object.hasOwn(DATASET, field))
        .map((field) => `dataset.${field}`),
      ...Object.keys(beginning ?? {})
        .filter((field) => !Object.hasOwn(BEGINNING, field))
        .map((field) => `beginning.${field}`),
    ],
  };
}

/** Weights of which an earlier version kept the name only. */
const UNTOLD: Omit<Beginning, "name"> = { which: null, imageSize: null, sha256: "", replaced: null, notes: [] };

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
