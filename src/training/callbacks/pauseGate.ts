// Holds a run that is paused between two steps, with what was done kept.
import type { Job } from "../../protocol/job";
import type { StepRecord, TrainEvent } from "../../protocol/training";
import type { Callback } from "../loop";
import type { Checkpoints } from "./checkpoints";

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
