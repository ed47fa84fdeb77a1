// A checkpoint as one record of bytes, sealed by checksums. Where it is kept, and for how long, is checkpoints.ts's.

import type { LossScale } from "../protocol/lossScale";
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
  /** Of a trial that multiplies halves. */
  lossScale?: LossScale;
  /** The weights' moving average; empty where none is kept. */
  average: StoredArrays;
  /** [films, targets]: logits of the validation that ended at this step, in the sample's order; empty within an epoch. */
  valid: Float32Array;
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
  lossScale?: LossScale;
  /** Missing in checkpoints of earlier versions. */
  average?: ArrayEntry[];
  /** Validation logits; missing likewise. */
  valid?: number;
  epochs: EpochRecord[];
  seconds: number;
  /** Of the bytes that follow, in hexadecimal. */
  bytesSha256: string;
}

/** As it lies in IndexedDB. `bytes` holds the step columns, then the model's arrays, the optimiser's, the average's, and the validation logits. */
export interface CheckpointRecord {
  header: string;
  headerSha256: string;
  bytes: ArrayBuffer;
}

const BYTES_A_STEP = 3 * 8 + 4;

export async function sealCheckpoint(checkpoint: Checkpoint): Promise<CheckpointRecord> {
  const { step, model, optimizer, optimizerSteps, lossScale, average, valid, steps, epochs, seconds } = checkpoint;
  const arrays = [...[...model.values(), ...optimizer.values(), ...average.values()].map(({ data }) => data), valid];
  const elements = arrays.reduce((sum, data) => sum + data.length, 0);
  const bytes = new ArrayBuffer(step * BYTES_A_STEP + elements * 4);
  const columns = viewColumns(bytes, step);
  columns.loss.set(steps.loss);
  columns.lr.set(steps.lr);
  columns.momentum.set(steps.momentum);
  columns.epoch.set(steps.epoch);
  const floats = new Float32Array(bytes, step * BYTES_A_STEP);
  let at = 0;
  for (const data of arrays) {
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
    ...(lossScale && { lossScale }),
    average: entriesOf(average),
    valid: valid.length,
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
  const take = (length: number): Float32Array => {
    const data = new Float32Array(record.bytes, at, length);
    at += data.byteLength;
    return data;
  };
  const takeArrays = (entries: ArrayEntry[]): StoredArrays =>
    new Map(entries.map(({ name, shape, length }) => [name, { shape, data: take(length) }]));
  const { step, optimizerSteps, lossScale, epochs, seconds } = header;
  const model = takeArrays(header.model);
  const optimizer = takeArrays(header.optimizer);
  const average = takeArrays(header.average ?? []);
  const valid = take(header.valid ?? 0);
  const learned = { model, optimizer, optimizerSteps, ...(lossScale && { lossScale }), average };
  return { step, ...learned, valid, steps: viewColumns(record.bytes, step), epochs, seconds };
}

/** Null where it does not describe the record's bytes: its sum says that it is as it was sealed, but not by whom. */
function parseHeader({ header: text, bytes }: CheckpointRecord): Header | null {
  try {
    const header: Header = JSON.parse(text);
    const arrays = [...header.model, ...header.optimizer, ...(header.average ?? [])];
    const valid = header.valid ?? 0;
    const elements = arrays.reduce((sum, { length }) => sum + length, valid);
    const areWhole =
      (header.lossScale?.scale ?? 1) >= 1 &&
      valid >= 0 &&
      arrays.every(({ shape, length }) => length >= 0 && shape.reduce((size, side) => size * side, 1) === length);
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
export function weightsOf({ lossScale: _, ...checkpoint }: Checkpoint): Checkpoint {
  const none = { optimizer: new Map(), optimizerSteps: 0, average: new Map(), valid: new Float32Array() };
  return { ...checkpoint, ...none, model: chooseWeights(checkpoint) };
}
