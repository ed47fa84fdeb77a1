// In what trials differ: settings, data, and what computed them. Nothing that is equal in all of them, and no outcome.
import { nameSetting } from "../../../protocol/settingNames";
import { DEFAULT_SETTINGS, type TrialSettings } from "../../../protocol/settings";
import type { Trial } from "../../../protocol/training";
import { writeSetting } from "../../options/settingWords";
import { formatCount, formatPlural } from "../../parts/format";

export interface Difference {
  name: string;
  /** [trials] in words. */
  values: string[];
}

interface Fact {
  name: string;
  of(trial: Trial): unknown;
  /** The fact itself where left out. */
  words?(trial: Trial): string;
}

const FIELDS = Object.keys(DEFAULT_SETTINGS) as (keyof TrialSettings)[];

const SETTINGS: Fact[] = FIELDS.map((field) => ({
  name: nameSetting(field),
  of: ({ settings }) => settings[field],
  words: ({ settings }) => writeSetting(field, settings),
}));

const partWords = ({ films, positives }: Trial["sample"]["train"]) =>
  `${formatPlural(films, "film")}, ${formatCount(positives)} positive`;

const DATA: Fact[] = [
  {
    name: "Began from",
    of: ({ parent, beginning }) => [parent, beginning?.sha256],
    words: ({ parent, beginning }) => (parent === null ? "fresh weights" : [parent, beginning?.which].filter(Boolean).join(", ")),
  },
  { name: "Dataset", of: ({ dataset }) => dataset.name },
  {
    name: "Labels",
    of: ({ dataset }) => dataset.csvSha256,
    words: ({ dataset }) => `${dataset.csvPath || "folders"} (${dataset.csvSha256.slice(0, 8)})`,
  },
  { name: "Rows", of: ({ dataset }) => dataset.rows, words: ({ dataset }) => formatCount(dataset.rows) },
  { name: "Dataset's fingerprint", of: ({ dataset }) => dataset.fingerprint ?? null },
  { name: "Training", of: ({ sample }) => partWords(sample.train) },
  { name: "Validation", of: ({ sample }) => partWords(sample.valid) },
  { name: "Films an epoch", of: ({ sample }) => sample.epochFilms, words: ({ sample }) => formatCount(sample.epochFilms) },
  { name: "Set aside by the balance", of: ({ sample }) => sample.setAside, words: ({ sample }) => formatCount(sample.setAside) },
  {
    name: "Films set aside when prepared",
    of: ({ dataset }) => dataset.failed?.length ?? 0,
    words: ({ dataset }) => formatCount(dataset.failed?.length ?? 0),
  },
  { name: "Prepared films' fingerprint", of: ({ dataset }) => dataset.contents?.fingerprint ?? null },
];

const ADAPTER: Fact = { name: "Graphics card", of: ({ adapter }) => adapter?.name ?? null };

/** Settings first, then data, then the card and the versions; none for fewer than two trials. */
export function listDifferences(trials: readonly Trial[]): Difference[] {
  const versions = new Set(trials.flatMap((trial) => Object.keys(trial.versions)));
  const facts: Fact[] = [
    ...SETTINGS,
    ...DATA,
    ADAPTER,
    ...Array.from(versions, (name) => ({ name: `Version: ${name}`, of: (trial: Trial) => trial.versions[name] ?? null })),
  ];
  return facts.flatMap(({ name, of, words }) => {
    const values = trials.map(of);
    if (new Set(values.map((value) => JSON.stringify(value))).size < 2) return [];
    return [
      { name, values: trials.map((trial, at) => words?.(trial) ?? (values[at] == null ? "not known" : String(values[at]))) },
    ];
  });
}
