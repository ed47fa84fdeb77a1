// Which checkpoints of a trial are kept in IndexedDB, and what is read where one is damaged. It does not know when to write one.
import { LabError } from "../protocol/labError";
import { isBetter } from "../protocol/metrics";
import { listKept } from "../protocol/storage";
import type { CheckpointRef, KeptCheckpoints, Trial } from "../protocol/training";
import { type Checkpoint, type CheckpointRecord, sealCheckpoint, unsealCheckpoint, weightsOf } from "./checkpointRecord";
import { type KeyValue, openKeyValue } from "./keyValue";
import type { TrialStore } from "./trials";

export function openCheckpoints(): KeyValue<CheckpointRecord> {
  return openKeyValue("roentgen-lab-checkpoints");
}

export type Notify = (sentence: string) => void;

export interface KeptRecord {
  ref: CheckpointRef;
  record: CheckpointRecord;
}

export interface CheckpointStore {
  /** Writes the first checkpoint of a trial that is not yet kept itself. @throws LabError storageFull, storageFailed */
  begin(trialId: number, checkpoint: Checkpoint): Promise<KeptCheckpoints>;
  /**
   * Writes under a new key, reads it back, points the trial to it, and only then prunes what it no longer points to: all but the last,
   * the one before it, the best by `settings.keepBest`, and the weights of the last `settings.averageLast` epochs. A crash at any
   * moment leaves the trial pointing to whole checkpoints. @throws LabError storageFull, with the earlier ones still kept
   */
  write(trialId: number, checkpoint: Checkpoint): Promise<KeptCheckpoints>;
  /**
   * Gives the last checkpoint up for the one before it, where that is whole: the numbers of the last turned out to fail at the first step
   * from it. Resolves to what is kept then.
   */
  rollBack(trialId: number): Promise<KeptCheckpoints>;
  /**
   * The trial's checkpoint, checked; null where none was written. Where it is damaged, the last, the one before it or the best is read
   * in its place, and `notice` says so. @throws LabError checkpointDamaged where none is whole
   */
  read(trial: Trial, which: "last" | "best", notice?: Notify): Promise<Checkpoint | null>;
  /** The weights that are kept for averaging, an epoch's at a time, oldest first; `notice` says which are damaged and left out. */
  readEpochs(trial: Trial, notice?: Notify): AsyncGenerator<Checkpoint>;
  /** Each that is kept of the trial, as it lies there; `notice` says which are damaged and left out. */
  readRecords(trial: Trial, notice?: Notify): AsyncGenerator<KeptRecord>;
  /**
   * Writes the records of a trial that is not yet kept itself, under new keys, and resolves to where they now are.
   * @throws LabError checkpointDamaged where one is not as it was sealed; storageFull
   */
  adopt(trialId: number, kept: KeptCheckpoints, records: AsyncIterable<KeptRecord>): Promise<KeptCheckpoints>;
  removeAll(trialId: number): Promise<void>;
  /** Numbers of which there are checkpoints that none of all the trials points to: the page ended, or storage ran full, before one did. */
  listStray(all: readonly Trial[]): Promise<number[]>;
  /** Removes what the trial does not point to. Not while it is trained. */
  tidy(trialId: number): Promise<void>;
}

export function createCheckpointStore(store: KeyValue<CheckpointRecord>, trials: TrialStore): CheckpointStore {
  /** Keys of those that were found damaged: nothing is kept for their sake. */
  const damaged = new Set<string>();
  const isSound = (ref: CheckpointRef | null): ref is CheckpointRef => ref !== null && !damaged.has(ref.key);

  async function readWhole(ref: CheckpointRef): Promise<Checkpoint | null> {
    const record = await store.read(ref.key);
    const checkpoint = record ? await unsealCheckpoint(record) : null;
    if (!checkpoint) damaged.add(ref.key);
    return checkpoint;
  }

  const newKey = (trialId: number, step: number) => `${trialId}/${step}/${crypto.randomUUID()}`;

  async function writeWhole(trialId: number, checkpoint: Checkpoint): Promise<CheckpointRef> {
    const { step, epochs, steps } = checkpoint;
    const record = await sealCheckpoint(checkpoint);
    const validated = steps.epoch.at(-1) === epochs.at(-1)?.epoch ? epochs.at(-1) : undefined;
    const ref: CheckpointRef = {
      key: newKey(trialId, step),
      step,
      savedAt: new Date().toISOString(),
      bytes: record.bytes.byteLength,
      epoch: validated?.epoch ?? null,
      auroc: validated?.auroc ?? null,
      aurocInterval: validated?.aurocInterval ?? null,
      validLoss: validated?.validLoss ?? null,
      accuracy: validated?.accuracy ?? null,
    };
    await store.write(ref.key, record);
    if (await readWhole(ref)) return ref;
    throw new LabError("storageFailed", `The checkpoint of step ${step} did not read back as written; the earlier one is kept.`);
  }

  async function prune(trialId: number, kept: readonly CheckpointRef[]): Promise<void> {
    const keys = (await store.keys()).filter((key) => key.startsWith(`${trialId}/`) && !kept.some((ref) => ref.key === key));
    if (keys.length > 0) await store.remove(keys);
  }

  /** Removes what the trial, as it is kept now, does not point to. */
  async function pruneUnpointed(trialId: number): Promise<void> {
    await prune(trialId, listKept((await trials.read(trialId)).checkpoints));
  }

  async function writeNext(trialId: number, checkpoint: Checkpoint): Promise<KeptCheckpoints> {
    const last = await writeWhole(trialId, checkpoint);
    const { checkpoints: before, settings } = await trials.read(trialId);
    const { keepBest, averageLast } = settings;
    const best = isSound(before.best) ? before.best : null;
    const epochs = before.epochs.filter((ref) => isSound(ref) && ref.epoch !== last.epoch);
    if (averageLast > 0 && last.epoch !== null) epochs.push(await writeWhole(trialId, weightsOf(checkpoint)));
    const kept: KeptCheckpoints = {
      last,
      previous: [before.last, before.previous].find(isSound) ?? null,
      best: isBetter(keepBest, last, best) ? last : best,
      epochs: epochs.slice(Math.max(0, epochs.length - averageLast)),
    };
    const { step, epochs: epochsDone, seconds } = checkpoint;
    await trials.patch(trialId, { checkpoints: kept, stepsDone: step, epochs: epochsDone, seconds });
    await prune(trialId, listKept(kept));
    return kept;
  }

  return {
    begin: async (trialId, checkpoint) => ({ ...NONE_KEPT, last: await writeWhole(trialId, checkpoint) }),

    async write(trialId, checkpoint) {
      try {
        return await writeNext(trialId, checkpoint);
      } catch (error) {
        // What was written of it takes room that may be what is short; where not even this can be done, the next visit tidies.
        await pruneUnpointed(trialId).catch(() => {});
        throw error;
      }
    },

    async rollBack(trialId) {
      const { checkpoints } = await trials.read(trialId);
      const { previous, best, epochs } = checkpoints;
      const whole = previous && (await readWhole(previous));
      if (!whole) return checkpoints;
      const isEarlier = (ref: CheckpointRef | null) => ref !== null && ref.step <= whole.step;
      const kept = { last: previous, previous: null, best: isEarlier(best) ? best : null, epochs: epochs.filter(isEarlier) };
      await trials.patch(trialId, { checkpoints: kept, stepsDone: whole.step, epochs: whole.epochs, seconds: whole.seconds });
      await prune(trialId, listKept(kept));
      return kept;
    },

    async read({ id, checkpoints: { last, previous, best } }, which, notice) {
      const wanted = (which === "best" && best) || last;
      if (!wanted) return null;
      const found = await readWhole(wanted);
      if (found) return found;
      for (const ref of [last, previous, best]) {
        const other = isSound(ref) ? await readWhole(ref) : null;
        if (!other) continue;
        notice?.(`The checkpoint at step ${wanted.step} is damaged; the one at step ${other.step} is used in its place.`);
        return other;
      }
      throw new LabError(
        "checkpointDamaged",
        `The checkpoint of trial ${id} at step ${wanted.step} is damaged and no other is kept. Train again with the same settings.`,
        `trial-${id}`,
      );
    },

    async *readEpochs({ checkpoints: { epochs } }, notice) {
      for (const ref of epochs) {
        const weights = await readWhole(ref);
        if (weights) yield weights;
        else notice?.(`The weights kept at step ${ref.step} are damaged, and left out of the average.`);
      }
    },

    async *readRecords({ checkpoints }, notice) {
      for (const ref of listKept(checkpoints)) {
        const record = await store.read(ref.key);
        if (record && (await unsealCheckpoint(record))) yield { ref, record };
        else notice?.(`The checkpoint at step ${ref.step} is damaged, and left out.`);
      }
    },

    async adopt(trialId, kept, records) {
      const moved = new Map<string, CheckpointRef>();
      for await (const { ref, record } of records) {
        if (!(await unsealCheckpoint(record))) {
          throw new LabError("checkpointDamaged", `The checkpoint of step ${ref.step} is not as it was written.`);
        }
        const key = newKey(trialId, ref.step);
        await store.write(key, record);
        moved.set(ref.key, { ...ref, key });
      }
      return changeRefs(kept, (ref) => moved.get(ref.key) ?? null);
    },

    removeAll: (trialId) => prune(trialId, []),
    async listStray(all) {
      const kept = new Set(all.flatMap(({ checkpoints }) => listKept(checkpoints)).map(({ key }) => key));
      const stray = (await store.keys()).filter((key) => !kept.has(key));
      return [...new Set(stray.map((key) => Number.parseInt(key, 10)))];
    },
    tidy: pruneUnpointed,
  };
}

/** Of a trial before its first checkpoint. */
export const NONE_KEPT: KeptCheckpoints = { last: null, previous: null, best: null, epochs: [] };

/** What is kept with other references, or without those that are null; the one before the last stands in for a last that is gone. */
function changeRefs({ last, previous, best, epochs }: KeptCheckpoints, change: (ref: CheckpointRef) => CheckpointRef | null) {
  const changed = (ref: CheckpointRef | null) => ref && change(ref);
  return {
    last: changed(last) ?? changed(previous) ?? changed(best),
    previous: changed(previous),
    best: changed(best),
    epochs: epochs.map(change).filter((ref) => ref !== null),
  };
}
