// Watches whether halves hold a run's numbers, where the run asks for halves: told at checkpoints, and named as the cause where the numbers fail.
import type { Engine, EngineSnapshot } from "../../nn/engine";
import { describeUnholdable, findUnholdable, LARGEST_HALF } from "../../nn/halves";
import { LabError, type Proposal } from "../../protocol/labError";
import type { LossScale } from "../../protocol/lossScale";
import { nameSetting } from "../../protocol/settingNames";
import type { TrialSettings } from "../../protocol/settings";
import type { TrainEvent } from "../../protocol/training";

type State = Pick<EngineSnapshot, "model" | "lossScale">;

const WAY_OUT = {
  activations: "With Activations f32 they are held in full, for about twice the memory.",
  arithmetic: "With Arithmetic f32 they are computed in whole floats.",
} as const;

interface Unheld {
  /** As the end of "half precision does not hold this network's". */
  what: string;
  setting: keyof typeof WAY_OUT;
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

  /** After so many steps; says so once in a run. */
  checkState({ step, ...state }: State & { step: number }): void {
    if (this.#told) return;
    const unheld = this.#find(state);
    const message = unheld
      ? `Half precision does not hold this network's ${unheld.what}. ${WAY_OUT[unheld.setting]}`
      : describeRefused(step, state.lossScale);
    if (!message) return;
    this.#told = true;
    this.#emit({ type: "notice", message });
  }

  /** Of numbers that failed; null where halves are not it. */
  async findCause(): Promise<LabError | null> {
    const unheld = this.#find(await this.#engine.snapshot());
    if (!unheld) return null;
    const { what, setting } = unheld;
    const message = `Half precision cannot hold this network's ${what}, so training stopped. What was kept is from before it. ${WAY_OUT[setting]}`;
    const proposal: Proposal = { [setting]: "f32" };
    return new LabError("floatPrecision", message, nameSetting(setting), proposal);
  }

  #find({ model, lossScale }: State): Unheld | null {
    const { engine, activations } = this.#settings;
    const channel = engine === "fused" && activations === "f16" ? findUnholdable(model) : null;
    if (channel) return { what: `activations: ${describeUnholdable(channel)}`, setting: "activations" };
    // It falls by a half for each step whose gradients were too large, and no further than this.
    if (lossScale?.scale !== 1) return null;
    const largest = LARGEST_HALF.toLocaleString("en");
    const what = `gradients: some are beyond ${largest}, the largest number that it has`;
    return { what, setting: "arithmetic" };
  }
}

/** From its first value, 2^16, the loss's scale may fall so often: a few steps that are not taken are how it is found. */
const SEARCH = 16;

function describeRefused(step: number, lossScale: LossScale | undefined): string | null {
  const refused = lossScale?.refusedSteps ?? 0;
  if (refused <= SEARCH || refused <= step / 100) return null;
  return `Half precision did not hold the gradients of ${refused} of ${step} steps, and these changed nothing. ${WAY_OUT.arithmetic}`;
}
