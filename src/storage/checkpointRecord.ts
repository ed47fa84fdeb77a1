// A checkpoint as one record of bytes, sealed by checksums. Where it is kept, and for how long, is checkpoints.ts's.
import type { StepColumns } from "../protocol/steps";
import type { EpochRecord } from "../protocol/training";
import { sha256 } from "./sha256";

/** Arrays by name, in order; float32, in torchvision's layout. */
export type StoredArrays = Map<string, { shape: number[]; data: Float32Array }>;

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
  const header = parseHeader(record);
  if (!header || (await sha256(record.bytes)) !== header.bytesSha256) return null;
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

/** Null where it does not describe the record's bytes: its sum says that it is as it was sealed, but not by whom. */
function parseHeader({ header: text, bytes }: CheckpointRecord): Header | null {
  try {
    const header: Header = JSON.parse(text);
    const arrays = [...header.model, ...header.optimizer, ...(header.average ?? [])];
    const elements = arrays.reduce((sum, { length }) => sum + length, 0);
    const areWhole = arrays.every(({ shape, length }) => length >= 0 && shape.reduce((size, side) => size * side, 1) === length);
    return areWhole && header.step * BYTES_A_STEP + 4 * elements === bytes.byteLength ? header : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** The weights that a person takes of a checkpoint, to predict with, to keep or to begin from: the moving average where one is kept. */
export function chooseWeights({ model, average }: Pick<Checkpoint, "model" | "average">): StoredArrays {
  return average.size > 0 ? average : model;
}

/** Of a checkpoint only those: it can be predicted with, and no run goes on from it. */
export function weightsOf(checkpoint: Checkpoint): Checkpoint {
  return { ...checkpoint, model: chooseWeights(checkpoint), optimizer: new Map(), optimizerSteps: 0, average: new Map() };
}
