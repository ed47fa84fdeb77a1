// Checkpoints in IndexedDB: all that a run needs to go on bit for bit, sealed by a checksum. It does not know when to write one.
import { LabError } from "../protocol/labError";
import type { CheckpointRef, EpochRecord, Trial } from "../protocol/training";
import { type KeyValue, openKeyValue } from "./keyValue";
import { sha256 } from "./sha256";
import type { TrialStore } from "./trials";

/** Arrays by name, in order; float32, in torchvision's layout. */
export type StoredArrays = Map<string, { shape: number[]; data: Float32Array }>;

/** Every step so far, a column a quantity; the row is the step's number. */
export interface StepColumns {
  epoch: Uint32Array;
  loss: Float64Array;
  lr: Float64Array;
  momentum: Float64Array;
}

export interface Checkpoint {
  /** Steps done. With the trial's seed it fixes the sampler's position, the schedule's and every generator's. */
  step: number;
  model: StoredArrays;
  optimizer: StoredArrays;
  optimizerSteps: number;
  /** The weights' moving average; empty where none is kept. */
  average: StoredArrays;
  steps: StepColumns;
  epochs: EpochRecord[];
  /** Spent in the run so far, pauses left out. */
  seconds: number;
}

interface ArrayEntry {
  name: string;
  shape: number[];
  /** In float32 elements. */
  length: number;
}

interface Header {
  formatVersion: 1;
  step: number;
  model: ArrayEntry[];
  optimizer: ArrayEntry[];
  optimizerSteps: number;
  /** Missing in checkpoints of earlier versions. */
  average?: ArrayEntry[];
  epochs: EpochRecord[];
  seconds: number;
  /** Of the bytes that follow, in hexadecimal. */
  bytesSha256: string;
}

/** As it lies in IndexedDB. `bytes` holds the step columns, then the model's arrays, the optimiser's, the average's. */
export interface CheckpointRecord {
  header: string;
  headerSha256: string;
  bytes: ArrayBuffer;
}

export function openCheckpoints(): KeyValue<CheckpointRecord> {
  return openKeyValue("roentgen-lab-checkpoints");
}

const BYTES_A_STEP = 3 * 8 + 4;

export async function sealCheckpoint(checkpoint: Checkpoint): Promise<CheckpointRecord> {
  const { step, model, optimizer, optimizerSteps, average, steps, epochs, seconds } = checkpoint;
  const arrays = [...model.values(), ...optimizer.values(), ...average.values()];
  const elements = arrays.reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new ArrayBuffer(step * BYTES_A_STEP + elements * 4);
  const columns = viewColumns(bytes, step);
  columns.loss.set(steps.loss);
  columns.lr.set(steps.lr);
  columns.momentum.set(steps.momentum);
  columns.epoch.set(steps.epoch);
  const floats = new Float32Array(bytes, step * BYTES_A_STEP);
  let at = 0;
  for (const { data } of arrays) {
    floats.set(data, at);
    at += data.length;
  }
  const entriesOf = (stored: StoredArrays): ArrayEntry[] =>
    Array.from(stored, ([name, { shape, data }]) => ({ name, shape, length: data.length }));
  const header = JSON.stringify({
    formatVersion: 1,
    step,
    model: entriesOf(model),
    optimizer: entriesOf(optimizer),
    optimizerSteps,
    average: entriesOf(average),
    epochs,
    seconds,
    bytesSha256: await sha256(bytes),
  } satisfies Header);
  return { header, headerSha256: await sha256(new TextEncoder().encode(header)), bytes };
}

/** Float64 columns first, so that each begins where its type may. */
function viewColumns(bytes: ArrayBuffer, step: number): StepColumns {
  return {
    loss: new Float64Array(bytes, 0, step),
    lr: new Float64Array(bytes, step * 8, step),
    momentum: new Float64Array(bytes, step * 16, step),
    epoch: new Uint32Array(bytes, step * 24, step),
  };
}

/** The checkpoint, or null where a bit of it is not as it was sealed. Its arrays are views of the record's bytes. */
export async function unsealCheckpoint(record: CheckpointRecord): Promise<Checkpoint | null> {
  if ((await sha256(new TextEncoder().encode(record.header))) !== record.headerSha256) return null;
  const header: Header = JSON.parse(record.header);
  if ((await sha256(record.bytes)) !== header.bytesSha256) return null;
  let at = header.step * BYTES_A_STEP;
  const take = (entries: ArrayEntry[]): StoredArrays =>
    new Map(
      entries.map(({ name, shape, length }) => {
        const data = new Float32Array(record.bytes, at, length);
        at += data.byteLength;
        return [name, { shape, data }];
      }),
    );
  const { step, optimizerSteps, epochs, seconds } = header;
  const model = take(header.model);
  const optimizer = take(header.optimizer);
  const average = take(header.average ?? []);
  return { step, model, optimizer, optimizerSteps, average, steps: viewColumns(record.bytes, step), epochs, seconds };
}

export interface CheckpointStore {
  /**
   * Writes under a new key, reads it back, points the trial to it, and only then prunes all but the last and the best. A crash
   * at any moment leaves the trial pointing to a whole checkpoint. @throws LabError storageFull, with the earlier one still kept
   */
  write(trialId: number, checkpoint: Checkpoint): Promise<CheckpointRef>;
  /**
   * The trial's checkpoint, checked; null where none was written. A damaged one is passed over for the other that is kept,
   * and `notice` says so. @throws LabError checkpointDamaged where none is whole
   */
  read(trial: Trial, which: "last" | "best", notice?: (sentence: string) => void): Promise<Checkpoint | null>;
  removeAll(trialId: number): Promise<void>;
}

export function createCheckpointStore(store: KeyValue<CheckpointRecord>, trials: TrialStore): CheckpointStore {
  const readWhole = async (ref: CheckpointRef): Promise<Checkpoint | null> => {
    const record = await store.read(ref.key);
    return record ? unsealCheckpoint(record) : null;
  };

  async function removeOf(trialId: number, except: (string | undefined)[]): Promise<void> {
    const keys = (await store.keys()).filter((key) => key.startsWith(`${trialId}/`) && !except.includes(key));
    if (keys.length > 0) await store.remove(keys);
  }

  return {
    async write(trialId, checkpoint) {
      const { step, epochs, seconds } = checkpoint;
      const record = await sealCheckpoint(checkpoint);
      const validated = checkpoint.steps.epoch.at(-1) === epochs.at(-1)?.epoch ? epochs.at(-1) : undefined;
      const ref: CheckpointRef = {
        key: `${trialId}/${step}/${crypto.randomUUID()}`,
        step,
        savedAt: new Date().toISOString(),
        bytes: record.bytes.byteLength,
        auroc: validated?.auroc ?? null,
        validLoss: validated?.validLoss ?? null,
      };
      await store.write(ref.key, record);
      if (!(await readWhole(ref))) {
        throw new LabError(
          "storageFailed",
          `The checkpoint of step ${step} did not read back as written; the earlier one is kept.`,
        );
      }
      const { checkpoints } = await trials.read(trialId);
      const best = isBetter(ref, checkpoints.best) ? ref : checkpoints.best;
      await trials.patch(trialId, { checkpoints: { last: ref, best }, stepsDone: step, epochs, seconds });
      await removeOf(trialId, [ref.key, best?.key]);
      return ref;
    },
    async read({ id, checkpoints: { last, best } }, which, notice) {
      const wanted = which === "best" && best ? best : last;
      if (!wanted) return null;
      const found = await readWhole(wanted);
      if (found) return found;
      const other = wanted === last ? best : last;
      const fallback = other && other.key !== wanted.key ? await readWhole(other) : null;
      if (!fallback) {
        throw new LabError(
          "checkpointDamaged",
          `The checkpoint of trial ${id} at step ${wanted.step} is damaged and no other is kept. Train again with the same settings.`,
          `trial-${id}`,
        );
      }
      notice?.(`The checkpoint at step ${wanted.step} is damaged; the one at step ${fallback.step} is used in its place.`);
      return fallback;
    },
    removeAll: (trialId) => removeOf(trialId, []),
  };
}

/** By AUROC; where either has none, by validation loss. Only a checkpoint at an epoch's end has them. */
function isBetter(ref: CheckpointRef, best: CheckpointRef | null): boolean {
  if (ref.validLoss === null) return false;
  if (best === null || best.validLoss === null) return true;
  if (ref.auroc !== null && best.auroc !== null) return ref.auroc > best.auroc;
  return ref.validLoss < best.validLoss;
}
