// Every step of a run in typed columns, which a checkpoint keeps as they are. Not for drawing: the page gets StepRecords.
import type { StepRecord } from "../protocol/training";
import type { StepColumns } from "../storage/checkpointRecord";

export class StepHistory {
  #columns: StepColumns;
  #length: number;

  constructor(columns: StepColumns = allocate(0)) {
    this.#columns = columns;
    this.#length = columns.epoch.length;
  }

  get length(): number {
    return this.#length;
  }

  push({ epoch, loss, lr, momentum }: StepRecord): void {
    if (this.#length === this.#columns.epoch.length) this.#grow();
    const row = this.#length++;
    this.#columns.epoch[row] = epoch;
    this.#columns.loss[row] = loss;
    this.#columns.lr[row] = lr;
    this.#columns.momentum[row] = momentum;
  }

  #grow(): void {
    const grown = allocate(Math.max(256, 2 * this.#length));
    grown.epoch.set(this.#columns.epoch);
    grown.loss.set(this.#columns.loss);
    grown.lr.set(this.#columns.lr);
    grown.momentum.set(this.#columns.momentum);
    this.#columns = grown;
  }

  /** Views of the steps so far, good until the next push. */
  columns(): StepColumns {
    const { epoch, loss, lr, momentum } = this.#columns;
    const end = this.#length;
    return {
      epoch: epoch.subarray(0, end),
      loss: loss.subarray(0, end),
      lr: lr.subarray(0, end),
      momentum: momentum.subarray(0, end),
    };
  }

  /** Mean loss of the steps from `step` on. */
  meanLossFrom(step: number): number {
    let sum = 0;
    for (let row = step; row < this.#length; row++) sum += this.#columns.loss[row]!;
    return sum / (this.#length - step);
  }
}

function allocate(rows: number): StepColumns {
  return {
    epoch: new Uint32Array(rows),
    loss: new Float64Array(rows),
    lr: new Float64Array(rows),
    momentum: new Float64Array(rows),
  };
}

export function toStepRecords({ epoch, loss, lr, momentum }: StepColumns): StepRecord[] {
  return Array.from(epoch, (of, step) => ({ step, epoch: of, loss: loss[step]!, lr: lr[step]!, momentum: momentum[step]! }));
}
