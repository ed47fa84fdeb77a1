// Guards a run's numbers: a loss or weights that are no longer finite, or a loss that explodes, end it before they are kept. Writes nothing.
import { LabError } from "../../protocol/labError";
import { SETTING_RULES } from "../../protocol/settingRules";
import type { TrialSettings } from "../../protocol/settings";
import type { EpochRecord, StepRecord } from "../../protocol/training";
import type { Checkpoint } from "../../storage/checkpointRecord";
import type { StepHistory } from "../history";
import type { Callback } from "../loop";

/** How much of itself the smoothed loss keeps at a step, as in fastai's recorder. */
const SMOOTHING = 0.98;
/** No run ends by the mean of fewer losses: one film that is misread may lose many times what the others do. */
const LEAST_STEPS = 10;
/** Four times the best so far is where fastai's finder gives a rate up as too high. */
const EXPLODED = 4;
/** From here on nothing is kept until it is known whether the loss comes back: it would take a good checkpoint's place. */
const RISING = 2;

export class NumbersGuard implements Callback {
  readonly #rates: Pick<TrialSettings, "maxLr" | "sliceFrom">;
  readonly #floor: number;
  readonly #findCause: () => Promise<LabError | null>;
  #sum = 0;
  #steps = 0;
  #best = Number.POSITIVE_INFINITY;
  #highestLr = 0;

  /**
   * @param history what the run has come to, so that one that goes on is judged as if it had not been interrupted
   * @param floor what a network loses that knows nothing (blindLoss.ts): below it, a multiple of the best loss is no sign, since small losses
   * are mostly noise
   * @param findCause what lies behind a failure, where that is known; null where it is the rate
   */
  constructor(
    rates: Pick<TrialSettings, "maxLr" | "sliceFrom">,
    history: StepHistory,
    floor: number,
    findCause: () => Promise<LabError | null> = async () => null,
  ) {
    this.#rates = rates;
    this.#floor = floor;
    this.#findCause = findCause;
    const { loss, lr } = history.columns();
    for (let step = 0; step < loss.length; step++) this.#see(loss[step]!, lr[step]!);
  }

  /** Whether the loss has risen so far that it may be about to explode. */
  get isRising(): boolean {
    return this.#ratio() > RISING;
  }

  async onLoss({ step, loss, lr }: StepRecord): Promise<void> {
    if (!Number.isFinite(loss)) {
      throw await this.#explain("lossNotFinite", `The loss became ${loss} at step ${step} (LR ${lr.toExponential(1)})`);
    }
    this.#see(loss, lr);
    if (this.#steps < LEAST_STEPS || this.#ratio() <= EXPLODED) return;
    const smoothed = this.#smoothed().toPrecision(3);
    const best = this.#best.toPrecision(3);
    throw await this.#explain("lossExploded", `The smoothed loss rose to ${smoothed} at step ${step}, from ${best} at its best`);
  }

  async onEpochEnd({ epoch, validLoss }: EpochRecord): Promise<void> {
    if (Number.isFinite(validLoss)) return;
    throw await this.#explain("lossNotFinite", `The validation loss became ${validLoss} after epoch ${epoch + 1}`);
  }

  /** Weights can overflow at a step whose own loss was still finite. */
  async checkState({ step, model, optimizer }: Pick<Checkpoint, "step" | "model" | "optimizer">): Promise<void> {
    for (const [name, { data }] of [...model, ...optimizer]) {
      if (!data.every(Number.isFinite)) {
        throw await this.#explain("lossNotFinite", `${name} was no longer finite after ${step} steps`);
      }
    }
  }

  #see(loss: number, lr: number): void {
    this.#sum = SMOOTHING * this.#sum + (1 - SMOOTHING) * loss;
    this.#steps++;
    this.#highestLr = Math.max(this.#highestLr, lr);
    this.#best = Math.min(this.#best, this.#smoothed());
  }

  /** Corrected for its beginning at 0. */
  #smoothed(): number {
    return this.#sum / (1 - SMOOTHING ** this.#steps);
  }

  #ratio(): number {
    return this.#steps === 0 ? 0 : this.#smoothed() / Math.max(this.#best, this.#floor);
  }

  /** Proposes a tenth of the highest rate that the run came to, and for the first layers' own the same share of it as now. */
  async #explain(code: "lossNotFinite" | "lossExploded", what: string): Promise<LabError> {
    const cause = await this.#findCause();
    if (cause) return cause;
    const { maxLr: now, sliceFrom } = this.#rates;
    const maxLr = roundRate((this.#highestLr || now) / 10);
    const proposal = { maxLr, ...(sliceFrom > 0 && { sliceFrom: roundRate((maxLr * sliceFrom) / now) }) };
    const others = proposal.sliceFrom ? `, and ${SETTING_RULES.sliceFrom.name} ${writeRate(proposal.sliceFrom)}` : "";
    const message = `${what}, so training stopped. What was kept is from before it. Begin again with a lower Max LR, such as ${writeRate(maxLr)}${others}.`;
    return new LabError(code, message, "Max LR", proposal);
  }
}

/** To one digit. */
const roundRate = (lr: number) => Number(lr.toExponential(0));
const writeRate = (lr: number) => lr.toExponential(0).replace("e+", "e");
