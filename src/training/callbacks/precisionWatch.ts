// Watches whether halves hold a run's numbers, where the run asks for halves: told at checkpoints, and named as the cause where the numbers fail.
import type { Engine, EngineSnapshot } from "../../nn/engine";
import { describeUnholdable, findUnholdable, LARGEST_HALF } from "../../nn/halves";
import { LabError, type Proposal } from "../../protocol/labError";
import { nameSetting } from "../../protocol/settingNames";
import type { TrialSettings } from "../../protocol/settings";
import type { TrainEvent } from "../../protocol/training";

type State = Pick<EngineSnapshot, "model" | "lossScale">;

interface Unheld {
  /** As the end of "half precision does not hold this network's". */
  what: string;
  setting: "activations" | "arithmetic";
  wayOut: string;
}

export class PrecisionWatch {
  readonly #settings: Pick<TrialSettings, "engine" | "activations">;
  readonly #engine: Engine;
  readonly #emit: (event: TrainEvent) => void;
  #told = false;

  constructor(settings: Pick<TrialSettings, "engine" | "activations">, engine: Engine, emit: (event: TrainEvent) => void) {
    this.#settings = settings;
    this.#engine = engine;
    this.#emit = emit;
  }

  /** Says so once in a run. */
  checkState(state: State): void {
    const unheld = this.#told ? null : this.#find(state);
    if (!unheld) return;
    this.#told = true;
    this.#emit({ type: "notice", message: `Half precision does not hold this network's ${unheld.what}. ${unheld.wayOut}` });
  }

  /** Of numbers that failed; null where halves are not it. */
  async findCause(): Promise<LabError | null> {
    const unheld = this.#find(await this.#engine.snapshot());
    if (!unheld) return null;
    const { what, setting, wayOut } = unheld;
    const message = `Half precision cannot hold this network's ${what}, so training stopped. What was kept is from before it. ${wayOut}`;
    const proposal: Proposal = { [setting]: "f32" };
    return new LabError("floatPrecision", message, nameSetting(setting), proposal);
  }

  #find({ model, lossScale }: State): Unheld | null {
    const { engine, activations } = this.#settings;
    const channel = engine === "fused" && activations === "f16" ? findUnholdable(model) : null;
    if (channel) {
      const wayOut = "With Activations f32 they are held in full, for about twice the memory.";
      return { what: `activations: ${describeUnholdable(channel)}`, setting: "activations", wayOut };
    }
    // It falls by a half for each step whose gradients were too large, and no further than this.
    if (lossScale?.scale !== 1) return null;
    const largest = LARGEST_HALF.toLocaleString("en");
    const what = `gradients: some are beyond ${largest}, the largest number that it has`;
    return { what, setting: "arithmetic", wayOut: "With Arithmetic f32 they are computed in whole floats." };
  }
}
