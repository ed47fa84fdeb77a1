// The numbered trials and their samples, as IndexedDB keeps them. Their weights and histories are checkpoints (checkpoints.ts).
import type { Course } from "../protocol/again";
import type { PartSummary, PreparedSample, SampleSummary, TargetCounts, TargetSummary } from "../protocol/dataset";
import { type FinderResult, NO_SUGGESTIONS } from "../protocol/finder";
import { LabError } from "../protocol/labError";
import { DEFAULT_SETTINGS, type TrialSettings } from "../protocol/settings";
import type { CheckpointRef, KeptCheckpoints, Remarks, Trial } from "../protocol/training";
import { type KeyValue, openKeyValue } from "./keyValue";

export interface TrialStores {
  /** The last number given out. */
  numbers: KeyValue<number>;
  trials: KeyValue<Trial>;
  samples: KeyValue<PreparedSample>;
  /** What trials that repeat another are compared with at their end. */
  courses: KeyValue<Course>;
}

export function openTrialStores(): TrialStores {
  return {
    numbers: openKeyValue("roentgen-lab-numbers"),
    trials: openKeyValue("roentgen-lab-trials"),
    samples: openKeyValue("roentgen-lab-samples"),
    courses: openKeyValue("roentgen-lab-courses"),
  };
}

export interface TrialStore {
  /** The next number: those of deleted trials, and of trials that never came to be, are not given out again. */
  reserve(): Promise<number>;
  /** Keeps a new trial under its reserved number, wholly or not at all; `course` is that of the trial that it repeats. */
  add(trial: Trial, sample: PreparedSample, course?: Course): Promise<void>;
  /** @throws LabError storageFailed where there is no such trial, or it is deleted */
  read(id: number): Promise<Trial>;
  /** Whether there is such a trial, and it is not deleted. */
  has(id: number): Promise<boolean>;
  readSample(id: number): Promise<PreparedSample>;
  /** Of the trial that this one repeats; null where it repeats none, or was brought in from elsewhere. */
  readCourse(id: number): Promise<Course | null>;
  /** Changes fields of a kept trial, and resolves to it as it now is. */
  patch(id: number, change: Partial<Omit<Trial, "id">>): Promise<Trial>;
  /** By number, all of them or those of `ids`; those that are deleted are not among them. */
  list(ids?: readonly number[]): Promise<Trial[]>;
  /** In order; some may be deleted. */
  listNumbers(): Promise<number[]>;
  remove(id: number): Promise<void>;
  /** Numbers of deleted trials, and of samples and courses whose trial is not there: it was being removed or added when the page ended. */
  listStray(): Promise<number[]>;
}

/** How trials were trained that were kept before there was a choice. */
const BEFORE_ENGINES = { engine: "stock", activations: "f32", filmsPerPass: 0, gpuBudgetMiB: 0 } as const;

/** What samples did not count before; and where several targets could not be learnt, its one target's labels are the sample's. */
const UNCOUNTED = {
  heldOut: 0,
  doubtfulLeftOut: 0,
  sharedLeftOut: 0,
  positiveUncertain: 0,
  negativeUncertain: 0,
  grouped: [],
  filmsOfPatients: [],
};
type KeptTarget = Omit<TargetSummary, "before"> & Partial<Pick<TargetSummary, "before">>;
export type KeptSummary = Omit<SampleSummary, "targets"> & { targets?: KeptTarget[]; positiveWeight?: number };

export function completeSummary({ positiveWeight = 1, targets, ...summary }: KeptSummary, target: string): SampleSummary {
  const count = ({ positives, negatives }: PartSummary): TargetCounts => ({ positives, negatives, unknown: 0 });
  const kept = targets ?? [{ target, train: count(summary.train), valid: count(summary.valid), positiveWeight }];
  // Of further targets what the balance left is the best that is known.
  const countBefore = ({ train, valid }: KeptTarget, at: number) => (at === 0 ? count(summary.before) : addCounts(train, valid));
  return { ...UNCOUNTED, ...summary, targets: kept.map((one, at) => ({ before: countBefore(one, at), ...one })) };
}

function addCounts(a: TargetCounts, b: TargetCounts): TargetCounts {
  return { positives: a.positives + b.positives, negatives: a.negatives + b.negatives, unknown: a.unknown + b.unknown };
}

/** Trials of before kept the last and the best only, and what is missing of these stands in their epoch's record. */
function completeCheckpoints({ checkpoints, epochs }: Trial): KeptCheckpoints {
  const { last, best, ...since }: Pick<KeptCheckpoints, "last" | "best"> & Partial<KeptCheckpoints> = checkpoints;
  const completeRef = (ref: CheckpointRef | null) => {
    const record = epochs.find(({ validLoss }) => validLoss === ref?.validLoss);
    return ref && { ...ref, epoch: record?.epoch ?? null, accuracy: record?.accuracy ?? null };
  };
  return { previous: null, epochs: [], ...since, last: completeRef(last), best: completeRef(best) };
}

/** Finders of before ran once, and suggested less. */
function completeFinder({ suggestions, ...finder }: FinderResult): FinderResult {
  return { ...{ runs: [], chosenAt: null }, ...finder, suggestions: { ...NO_SUGGESTIONS, ...suggestions } };
}

/** What a trial was trained with whose settings, of an earlier version, do not say all. */
export const completeSettings = (kept: Partial<TrialSettings>): TrialSettings => ({
  ...DEFAULT_SETTINGS,
  ...BEFORE_ENGINES,
  ...kept,
});

const UNREMARKED: Remarks = { note: "", star: false };

const complete = (trial: Trial): Trial => ({
  ...UNREMARKED,
  ...trial,
  settings: completeSettings(trial.settings),
  checkpoints: completeCheckpoints(trial),
  finder: trial.finder && completeFinder(trial.finder),
  sample: completeSummary(trial.sample, trial.settings.target),
});

function completeSample(sample: PreparedSample, { settings: { target } }: Trial): PreparedSample {
  const contents = { fingerprint: "", gradings: {}, repeatedAcross: 0, setsAsideRepeated: true, repeatedWithin: 0 };
  const before = { targets: [target], contents };
  return { ...before, ...sample, summary: completeSummary(sample.summary, target) };
}

export function createTrialStore({ numbers, trials, samples, courses }: TrialStores): TrialStore {
  async function readFrom<Value>(store: KeyValue<Value>, id: number): Promise<Value> {
    const value = await store.read(String(id));
    if (value === undefined) throw missingTrial(id);
    return value;
  }

  return {
    async reserve() {
      let id = 0;
      await numbers.change("trial", (last = 0) => {
        id = last + 1;
        return id;
      });
      return id;
    },
    async add(trial, sample, course) {
      if (course) await courses.write(String(trial.id), course);
      await samples.write(String(trial.id), sample);
      await trials.write(String(trial.id), trial);
    },
    async read(id) {
      const trial = await readFrom(trials, id);
      if (trial.deletedAt) throw missingTrial(id);
      return complete(trial);
    },
    async has(id) {
      const trial = await trials.read(String(id));
      return trial !== undefined && !trial.deletedAt;
    },
    readSample: async (id) => completeSample(await readFrom(samples, id), await readFrom(trials, id)),
    readCourse: async (id) => (await courses.read(String(id))) ?? null,
    async patch(id, change) {
      await trials.change(String(id), (trial) => {
        if (!trial) throw missingTrial(id);
        return { ...trial, ...change };
      });
      return complete(await readFrom(trials, id));
    },
    async list(ids) {
      const kept = await (ids ? trials.readMany(ids.map(String)) : trials.values());
      return kept
        .filter(({ deletedAt }) => !deletedAt)
        .map(complete)
        .sort((a, b) => a.id - b.id);
    },
    listNumbers: async () => (await trials.keys()).map(Number).sort((a, b) => a - b),
    async remove(id) {
      await trials.remove([String(id)]);
      await samples.remove([String(id)]);
      await courses.remove([String(id)]);
    },
    async listStray() {
      const kept = await trials.values();
      const held = new Set(kept.map(({ id }) => String(id)));
      const deleted = kept.filter(({ deletedAt }) => deletedAt).map(({ id }) => id);
      const stray = [...(await samples.keys()), ...(await courses.keys())].filter((key) => !held.has(key)).map(Number);
      return [...new Set([...deleted, ...stray])];
    },
  };
}

function missingTrial(id: number): LabError {
  return new LabError(
    "storageFailed",
    `Trial ${id} is not kept here: it was deleted, or this is another browser.`,
    `trial-${id}`,
  );
}

/**
 * Runs `work` while nothing else holds the trial, in whatever tab, by a Web Lock that ends with the tab.
 * @throws LabError badSettings where something does
 */
export function holdTrial<Result>(id: number, work: () => Promise<Result>): Promise<Result> {
  return navigator.locks.request(`roentgen-lab-trial-${id}`, { ifAvailable: true }, (lock) => {
    if (!lock)
      throw new LabError(
        "badSettings",
        `Trial ${id} is in use, here or in another tab: it is being trained, exported or deleted. Wait for its end, or stop it there.`,
      );
    return work();
  });
}
