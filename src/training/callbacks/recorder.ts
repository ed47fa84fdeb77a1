// Tells the page what a run does. Keeps nothing.
import type { Engine } from "../../nn/engine";
import type { EpochRecord, StepRecord, TrainEvent } from "../../protocol/training";
import type { Callback } from "../loop";
import { createPace } from "../pace";
import { Rate } from "../rate";

/** Tells the page of steps, about ten times a second, and of phases and epochs. */
export class Recorder implements Callback {
  readonly #emit: (event: TrainEvent) => void;
  readonly #engine: Engine;
  readonly #due: () => boolean;
  readonly #epochs: number;
  readonly #stepsTotal: number;
  readonly #rate: Rate;
  #pending: StepRecord[] = [];
  #epochsDone: number;
  #training = false;

  constructor(options: {
    emit: (event: TrainEvent) => void;
    engine: Engine;
    now: () => number;
    epochs: number;
    epochsDone: number;
    stepsTotal: number;
    batchSize: number;
    validFilms: number;
  }) {
    this.#emit = options.emit;
    this.#engine = options.engine;
    this.#due = createPace(options.now);
    this.#epochs = options.epochs;
    this.#epochsDone = options.epochsDone;
    this.#stepsTotal = options.stepsTotal;
    this.#rate = new Rate(options.batchSize, options.validFilms);
  }

  onStep(step: StepRecord, ms: number): void {
    if (!this.#training) {
      this.#training = true;
      this.#emit({ type: "phase", phase: "training", detail: `Training: epoch ${step.epoch + 1} of ${this.#epochs}.` });
    }
    this.#rate.addStep(ms);
    this.#pending.push(step);
    if (this.#due()) this.flush();
  }

  onValidating(): void {
    this.flush();
    this.leaveTraining();
    this.#emit({ type: "phase", phase: "validating", detail: `Validating epoch ${this.#epochsDone + 1} of ${this.#epochs}.` });
  }

  onEpochEnd(epoch: EpochRecord, validationMs: number): void {
    this.#epochsDone++;
    this.#rate.addValidation(validationMs);
    this.#emit({ type: "epochEnd", epoch, ...this.#engine.memory() });
  }

  onEnd(): void {
    this.flush();
  }

  /** The phase is another now; the next step says that training goes on. */
  leaveTraining(): void {
    this.#training = false;
  }

  flush(): void {
    const last = this.#pending.at(-1);
    if (!last) return;
    this.#emit({
      type: "steps",
      steps: this.#pending,
      stepsTotal: this.#stepsTotal,
      filmsPerSecond: this.#rate.filmsPerSecond,
      secondsLeft: this.#rate.secondsLeft(this.#stepsTotal - last.step - 1, this.#epochs - this.#epochsDone),
      gpuBytes: this.#engine.memory().gpuBytes,
    });
    this.#pending = [];
  }
}
