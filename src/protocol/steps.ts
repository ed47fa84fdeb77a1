// Every step of a run in typed columns: 28 bytes a step, which a page may keep for days and a checkpoint keeps as they are.
import type { StepRecord } from "./training";

/** A column a quantity; the row is the step's number. They may hold more rows than there are steps. */
export interface StepColumns {
  epoch: Uint32Array;
  loss: Float64Array;
  lr: Float64Array;
  momentum: Float64Array;
}

export function allocateSteps(rows: number): StepColumns {
  return {
    epoch: new Uint32Array(rows),
    loss: new Float64Array(rows),
    lr: new Float64Array(rows),
    momentum: new Float64Array(rows),
  };
}

/** Puts each record in its row: in place, or in grown columns, which are then other ones. */
export function putSteps(columns: StepColumns, records: readonly StepRecord[]): StepColumns {
  const rows = (records.at(-1)?.step ?? -1) + 1;
  const { epoch, loss, lr, momentum } = rows > columns.epoch.length ? grow(columns, rows) : columns;
  for (const record of records) {
    epoch[record.step] = record.epoch;
    loss[record.step] = record.loss;
    lr[record.step] = record.lr;
    momentum[record.step] = record.momentum;
  }
  return { epoch, loss, lr, momentum };
}

function grow(columns: StepColumns, rows: number): StepColumns {
  const grown = allocateSteps(Math.max(256, rows, 2 * columns.epoch.length));
  grown.epoch.set(columns.epoch);
  grown.loss.set(columns.loss);
  grown.lr.set(columns.lr);
  grown.momentum.set(columns.momentum);
  return grown;
}

/** Views of the first `count` steps. */
export function firstSteps({ epoch, loss, lr, momentum }: StepColumns, count: number): StepColumns {
  return {
    epoch: epoch.subarray(0, count),
    loss: loss.subarray(0, count),
    lr: lr.subarray(0, count),
    momentum: momentum.subarray(0, count),
  };
}

export function toStepRecords({ epoch, loss, lr, momentum }: StepColumns): StepRecord[] {
  return Array.from(epoch, (of, step) => ({ step, epoch: of, loss: loss[step]!, lr: lr[step]!, momentum: momentum[step]! }));
}
