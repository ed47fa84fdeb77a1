// What is another, before a trial is run again, than its file says: whatever could change a bit, a sentence each. It judges no run.
import type { TrialFile } from "../protocol/again";
import { nameSetting } from "../protocol/settingNames";
import type { TrialSettings } from "../protocol/settings";
import type { Trial } from "../protocol/training";

/** What the trial that is about to begin would be made of. */
export interface Here extends Pick<Trial, "settings" | "dataset" | "sample" | "adapter" | "versions"> {
  beginning: TrialFile["beginning"];
}

/** In the order in which a person would look: the data first, for all else may follow from it. Empty where nothing is another. */
export function listDifferences(file: TrialFile, here: Here): string[] {
  return [
    ...compareLabelFiles(file, here),
    ...compareContents(file, here),
    ...compareCounts(file, here),
    ...compareSettings(file.settings, here.settings),
    ...compareBeginnings(file, here),
    ...compareAdapters(file, here),
    ...compareVersions(file, here),
    ...file.unknown.map((field) => `“${field}” is in the file, and this version of the lab does not know it.`),
  ];
}

const LONGEST = 200;

/** A list of thousands of doubtful films is not for reading. */
function show(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A line where the two are not the same; none where they are. */
function compare(name: string, then: unknown, now: unknown): string[] {
  if (JSON.stringify(then) === JSON.stringify(now)) return [];
  const tell = (value: unknown, where: string) => (value == null ? `nothing ${where}` : `${show(value)} ${where}`);
  return [`${name}: ${tell(then, "in the file")}, ${tell(now, "here")}.`];
}

const withSha256 = (sha256: string) => `SHA-256 ${sha256.slice(0, 12)}…`;

function compareLabelFiles({ dataset: then }: TrialFile, { dataset: now }: Here): string[] {
  const filesOf = ({ labelFiles, csvPath, csvSha256 }: typeof then) => labelFiles ?? [{ path: csvPath, sha256: csvSha256 }];
  // Trials of early versions know one label file only.
  const here = then.labelFiles ? filesOf(now) : filesOf({ ...now, labelFiles: undefined });
  const paths = new Set([...filesOf(then), ...here].map(({ path }) => path));
  const sumOf = (files: typeof here, path: string) => files.find((file) => file.path === path)?.sha256;
  const files = [...paths].flatMap((path) => {
    const [was, is] = [sumOf(filesOf(then), path), sumOf(here, path)];
    return was === is ? [] : compare(`Label file ${path}`, was && withSha256(was), is && withSha256(is));
  });
  const read = [
    ...compare("Labels are read as", then.format, now.format),
    ...(then.mapping === undefined ? [] : compare("Columns", sortKeys(then.mapping), sortKeys(now.mapping))),
  ];
  const counted = [...compare("Rows", then.rows, now.rows), ...compare("Films of the dataset", then.films, now.films)];
  const others = [...files, ...read, ...counted];
  // The fingerprint is of all these, and of which film each row is.
  const isMatchedOtherwise = others.length === 0 && then.fingerprint && then.fingerprint !== now.fingerprint;
  return isMatchedOtherwise ? ["Rows and films: some rows are of other films than in the file."] : others;
}

const sortKeys = (record: object | null | undefined) =>
  record &&
  Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));

function compareContents({ dataset: then }: TrialFile, { dataset: now }: Here): string[] {
  if (!then.contents?.fingerprint) {
    return [
      "Prepared films: the file, of an earlier version, does not say what they held, so that only their counts are compared.",
    ];
  }
  return [
    ...compare("Fingerprint of the prepared films and their labels", then.contents.fingerprint, now.contents?.fingerprint),
    ...compare("Films set aside when prepared", then.failed?.length ?? 0, now.failed?.length ?? 0),
  ];
}

function compareCounts({ sample: then }: TrialFile, { sample: now }: Here): string[] {
  const parts = (["train", "valid"] as const).flatMap((part) => {
    const name = part === "train" ? "Films to train on" : "Films to validate with";
    return [
      ...compare(name, then[part].films, now[part].films),
      ...compare(`${name}, positive`, then[part].positives, now[part].positives),
      ...compare(`${name}, negative`, then[part].negatives, now[part].negatives),
    ];
  });
  return [
    ...parts,
    ...compare("Films set aside", then.setAside, now.setAside),
    ...compare("Films of an epoch", then.epochFilms, now.epochFilms),
    ...compare(
      "Weights of the positive class",
      then.targets.map(({ positiveWeight }) => positiveWeight),
      now.targets.map(({ positiveWeight }) => positiveWeight),
    ),
  ];
}

/** The budget is the machine's, and changes no bit. */
const OF_THE_MACHINE: (keyof TrialSettings)[] = ["gpuBudgetMiB"];

function compareSettings(then: TrialSettings, now: TrialSettings): string[] {
  const fields = (Object.keys(now) as (keyof TrialSettings)[]).filter((field) => !OF_THE_MACHINE.includes(field));
  return fields.flatMap((field) => compare(nameSetting(field), then[field], now[field]));
}

function compareBeginnings({ beginning: then }: TrialFile, { beginning: now }: Here): string[] {
  if (then && !then.sha256) {
    return [`Weights: the file, of an earlier version, says that it began from ${then.name}, and not with which weights.`];
  }
  if (then?.sha256 === now?.sha256) return compare("Drawn anew of the weights", then?.replaced ?? null, now?.replaced ?? null);
  const tell = (beginning: typeof then) => (beginning ? `${beginning.name}, ${withSha256(beginning.sha256)}` : "fresh weights");
  return compare("Begins from", tell(then), tell(now));
}

function compareAdapters({ adapter: then }: TrialFile, { adapter: now }: Here): string[] {
  if (!then || !now) return compare("Adapter", then?.name, now?.name);
  const named = compare("Adapter", nameAdapter(then), nameAdapter(now));
  if (named.length > 0) return named;
  return [
    ...compare("Largest binding of the adapter, in bytes", then.maxBindingBytes, now.maxBindingBytes),
    ...compare("Largest buffer of the adapter, in bytes", then.maxBufferBytes, now.maxBufferBytes),
    ...compare("Features of the adapter", then.features.toSorted(), now.features.toSorted()),
  ];
}

const nameAdapter = ({ name, vendor, architecture }: NonNullable<TrialFile["adapter"]>) =>
  [name, vendor, architecture].filter((word) => word !== "").join(", ");

const VERSION_NAMES: Record<string, string> = { lab: "Version of the lab", tfjs: "Version of TF.js", browser: "Browser" };

function compareVersions({ versions: then }: TrialFile, { versions: now }: Here): string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  return names.flatMap((name) => compare(VERSION_NAMES[name] ?? `Version of ${name}`, then[name], now[name]));
}
