// Guards a run's numbers: what is no longer finite ends it before anything of it is kept. Writes nothing.
import { LabError } from "../../protocol/labError";
import type { EpochRecord, StepRecord } from "../../protocol/training";
import type { Checkpoint } from "../../storage/checkpointRecord";
import type { StepHistory } from "../history";
import type { Callback } from "../loop";

/** Ends a run whose numbers are no longer finite, before anything of it is kept. */
export class FiniteGuard implements Callback {
  readonly #maxLr: number;
  readonly #history: StepHistory;

  constructor(maxLr: number, history: StepHistory) {
    this.#maxLr = maxLr;
    this.#history = history;
  }

  onLoss({ step, loss, lr }: StepRecord): void {
    if (!Number.isFinite(loss)) throw this.#error(`The loss became ${loss} at step ${step} (LR ${lr.toExponential(1)})`);
  }

  onEpochEnd({ epoch, validLoss }: EpochRecord): void {
    if (!Number.isFinite(validLoss)) throw this.#error(`The validation loss became ${validLoss} after epoch ${epoch + 1}`);
  }

  /** Weights can overflow at a step whose own loss was still finite. */
  checkState({ step, model, optimizer }: Pick<Checkpoint, "step" | "model" | "optimizer">): void {
    for (const [name, { data }] of [...model, ...optimizer]) {
      if (!data.every(Number.isFinite)) throw this.#error(`${name} was no longer finite after ${step} steps`);
    }
  }

  /** Proposes a tenth of the highest rate that the run came to. */
  #error(what: string): LabError {
    const highest = this.#history.columns().lr.reduce((a, b) => Math.max(a, b), 0) || this.#maxLr;
    const proposed = (highest / 10).toExponential(0);
    return new LabError(
      "lossNotFinite",
      `${what}, so training stopped. What was kept is from before it. Train again with a lower Max LR, such as ${proposed}.`,
      "Max LR",
    );
  }
}
