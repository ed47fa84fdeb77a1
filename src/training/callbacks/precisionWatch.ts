// Watches whether half precision holds a run's activations: told at checkpoints, and named as the cause where the numbers fail.
import type { Engine, NamedArrays } from "../../nn/engine";
import { describeUnholdable, findUnholdable } from "../../nn/halves";
import { LabError } from "../../protocol/labError";
import type { TrainEvent } from "../../protocol/training";

const WAY_OUT = "With Activations f32 they are held in full, for about twice the memory.";

export class PrecisionWatch {
  readonly #engine: Engine;
  readonly #emit: (event: TrainEvent) => void;
  #told = false;

  constructor(engine: Engine, emit: (event: TrainEvent) => void) {
    this.#engine = engine;
    this.#emit = emit;
  }

  /** Says so once in a run. */
  checkState({ model }: { model: NamedArrays }): void {
    const found = this.#told ? null : findUnholdable(model);
    if (!found) return;
    this.#told = true;
    this.#emit({
      type: "notice",
      message: `Half precision does not hold this network's activations: ${describeUnholdable(found)}. ${WAY_OUT}`,
    });
  }

  /** Of numbers that failed; null where halves are not it. */
  async findCause(): Promise<LabError | null> {
    const found = findUnholdable((await this.#engine.snapshot()).model);
    if (!found) return null;
    const message = `Half precision cannot hold this network's activations, so training stopped: ${describeUnholdable(found)}. What was kept is from before it. ${WAY_OUT}`;
    return new LabError("floatPrecision", message, "Activations", { activations: "f32" });
  }
}
