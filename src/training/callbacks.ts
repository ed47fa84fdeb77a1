// What a run does beside training: guard, report, keep, pause. Each is a small object that knows no other's inside.
import type { Engine } from "../nn/engine";
import type { Job } from "../protocol/job";
import { LabError } from "../protocol/labError";
import type { CheckpointRef, EpochRecord, StepRecord, TrainEvent } from "../protocol/training";
import type { Checkpoint } from "../storage/checkpoints";
import type { StepHistory } from "./history";
import type { Callback, Progress } from "./loop";
import { createPace } from "./pace";
import { Rate } from "./rate";

type Emit = (event: TrainEvent) => void;

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

/** Tells the page of steps, about ten times a second, and of phases and epochs. */
export class Recorder implements Callback {
  readonly #emit: Emit;
  readonly #engine: Engine;
  readonly #due: () => boolean;
  readonly #epochs: number;
  readonly #stepsTotal: number;
  readonly #rate: Rate;
  #pending: StepRecord[] = [];
  #epochsDone: number;
  #training = false;

  constructor(options: {
    emit: Emit;
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

/** Keeps the run every so many steps, at each epoch's end, and when asked. */
export class Checkpoints implements Callback {
  readonly #engine: Engine;
  readonly #progress: Progress;
  readonly #everySteps: number;
  readonly #stepsPerEpoch: number;
  readonly #guard: FiniteGuard;
  readonly #write: (checkpoint: Checkpoint) => Promise<CheckpointRef>;
  readonly #recorder: Recorder;
  readonly #emit: Emit;
  /** Steps and epochs done at the last one kept. */
  #kept: string;

  constructor(options: {
    engine: Engine;
    progress: Progress;
    everySteps: number;
    stepsPerEpoch: number;
    guard: FiniteGuard;
    write: (checkpoint: Checkpoint) => Promise<CheckpointRef>;
    recorder: Recorder;
    emit: Emit;
  }) {
    this.#engine = options.engine;
    this.#progress = options.progress;
    this.#everySteps = options.everySteps;
    this.#stepsPerEpoch = options.stepsPerEpoch;
    this.#guard = options.guard;
    this.#write = options.write;
    this.#recorder = options.recorder;
    this.#emit = options.emit;
    this.#kept = this.#position();
  }

  /** An epoch's last step is kept after its validation. */
  async onStep({ step }: StepRecord): Promise<void> {
    const done = step + 1;
    if (done % this.#everySteps === 0 && done % this.#stepsPerEpoch !== 0) await this.save();
  }

  async onEpochEnd(): Promise<void> {
    await this.save();
  }

  /** Nothing where the run stands as last kept. @throws LabError storageFull, lossNotFinite; the earlier checkpoint stays */
  async save(): Promise<void> {
    if (this.#position() === this.#kept) return;
    const { history, epochs, seconds } = this.#progress;
    this.#recorder.flush();
    this.#recorder.leaveTraining();
    this.#emit({ type: "phase", phase: "saving", detail: `Saving a checkpoint at step ${history.length}.` });
    const snapshot = await this.#engine.snapshot();
    this.#guard.checkState({ step: history.length, ...snapshot });
    const checkpoint = { step: history.length, ...snapshot, steps: history.columns(), epochs, seconds };
    this.#emit({ type: "checkpoint", checkpoint: await this.#write(checkpoint) });
    this.#kept = this.#position();
  }

  #position(): string {
    return `${this.#progress.history.length}/${this.#progress.epochs.length}`;
  }
}

/** Holds a run between steps while the person wants it held; it is kept first, so that the tab may be closed. */
export class PauseGate implements Callback {
  readonly #job: Job<TrainEvent>;
  readonly #checkpoints: Checkpoints;
  readonly #setState: (state: "paused" | "running") => Promise<void>;

  constructor(job: Job<TrainEvent>, checkpoints: Checkpoints, setState: (state: "paused" | "running") => Promise<void>) {
    this.#job = job;
    this.#checkpoints = checkpoints;
    this.#setState = setState;
  }

  async onStep({ step }: StepRecord): Promise<void> {
    if (!this.#job.paused) return;
    await this.#checkpoints.save();
    await this.#setState("paused");
    this.#job.emit({ type: "phase", phase: "paused", detail: `Paused after step ${step + 1}. Resume goes on from there.` });
    await this.#job.resumed();
    if (this.#job.signal.aborted) return;
    await this.#setState("running");
    this.#job.emit({ type: "phase", phase: "training", detail: "Training goes on." });
  }
}
