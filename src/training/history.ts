// The steps of a run as the loop takes them. It draws nothing and keeps nothing beyond the run.
import { allocateSteps, firstSteps, putSteps, type StepColumns } from "../protocol/steps";
import type { StepRecord } from "../protocol/training";

export class StepHistory {
  #columns: StepColumns;
  #length: number;

  constructor(columns: StepColumns = allocateSteps(0)) {
    this.#columns = columns;
    this.#length = columns.epoch.length;
  }

  get length(): number {
    return this.#length;
  }

  push(record: Omit<StepRecord, "step">): void {
    this.#columns = putSteps(this.#columns, [{ ...record, step: this.#length++ }]);
  }

  /** Views of the steps so far, good until the next push. */
  columns(): StepColumns {
    return firstSteps(this.#columns, this.#length);
  }

  /** Mean loss of the steps from `step` on. */
  meanLossFrom(step: number): number {
    let sum = 0;
    for (let row = step; row < this.#length; row++) sum += this.#columns.loss[row]!;
    return sum / (this.#length - step);
  }
}
