// When a run is kept, and what of it. How a checkpoint lies on disk is storage's.
import type { Engine } from "../../nn/engine";
import type { EpochRecord, KeptCheckpoints, StepRecord, TrainEvent } from "../../protocol/training";
import type { Checkpoint } from "../../storage/checkpointRecord";
import type { Callback, Progress } from "../loop";
import type { NumbersGuard } from "./numbersGuard";
import type { PrecisionWatch } from "./precisionWatch";
import type { Recorder } from "./recorder";

/** Keeps the run every so many steps, at each epoch's end, and when asked. */
export class Checkpoints implements Callback {
  readonly #engine: Engine;
  readonly #progress: Progress;
  readonly #everySteps: number;
  readonly #stepsPerEpoch: number;
  readonly #guard: NumbersGuard;
  readonly #precision: PrecisionWatch;
  readonly #write: (checkpoint: Checkpoint) => Promise<KeptCheckpoints>;
  readonly #recorder: Recorder;
  readonly #emit: (event: TrainEvent) => void;
  /** Steps and epochs done at the last one kept. */
  #kept: string;

  constructor(options: {
    engine: Engine;
    progress: Progress;
    everySteps: number;
    stepsPerEpoch: number;
    guard: NumbersGuard;
    precision: PrecisionWatch;
    write: (checkpoint: Checkpoint) => Promise<KeptCheckpoints>;
    recorder: Recorder;
    emit: (event: TrainEvent) => void;
  }) {
    this.#engine = options.engine;
    this.#progress = options.progress;
    this.#everySteps = options.everySteps;
    this.#stepsPerEpoch = options.stepsPerEpoch;
    this.#guard = options.guard;
    this.#precision = options.precision;
    this.#write = options.write;
    this.#recorder = options.recorder;
    this.#emit = options.emit;
    this.#kept = this.#position();
  }

  /** An epoch's last step is kept after its validation. */
  async onStep({ step }: StepRecord): Promise<void> {
    const done = step + 1;
    const isDue = done % this.#everySteps === 0 && done % this.#stepsPerEpoch !== 0;
    if (isDue && !this.#guard.isRising) await this.save();
  }

  async onEpochEnd(_epoch: EpochRecord, _validationMs: number, logits: Float32Array): Promise<void> {
    await this.save(logits);
  }

  /**
   * Nothing where the run stands as last kept.
   * @param valid the logits of a validation that has just ended
   * @throws LabError storageFull, lossNotFinite; the earlier checkpoint stays
   */
  async save(valid: Float32Array = new Float32Array()): Promise<void> {
    if (this.#position() === this.#kept) return;
    const { history, epochs, seconds } = this.#progress;
    this.#recorder.flush();
    this.#recorder.leaveTraining();
    this.#emit({ type: "phase", phase: "saving", detail: `Saving a checkpoint at step ${history.length}.` });
    const snapshot = await this.#engine.snapshot();
    const state = { step: history.length, ...snapshot };
    await this.#guard.checkState(state);
    this.#precision.checkState(state);
    const checkpoint = { ...state, valid, steps: history.columns(), epochs, seconds };
    this.#emit({ type: "checkpoint", checkpoints: await this.#write(checkpoint) });
    this.#kept = this.#position();
  }

  #position(): string {
    return `${this.#progress.history.length}/${this.#progress.epochs.length}`;
  }
}
