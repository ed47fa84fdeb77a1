// The training loop, on one page. What it shows, keeps and stops for is done by callbacks (callbacks/), as in fastai.
import type { Engine } from "../nn/engine";
import type { EpochRecord, StepRecord } from "../protocol/training";
import { type BatchTransform, cutWholeBatches, type FilmSource, readBatches, shuffleEpoch } from "./batches";
import type { StepHistory } from "./history";
import type { RunPlan } from "./plan";
import { validate } from "./validate";

/** Where a run stands. With the engine's state it is all that a run needs to go on. */
export interface Progress {
  history: StepHistory;
  epochs: EpochRecord[];
  /** Spent on steps and validation; pauses and checkpoints are left out. */
  seconds: number;
}

export interface Run {
  engine: Engine;
  plan: RunPlan;
  train: FilmSource;
  valid: FilmSource;
  /** What becomes of an epoch's batches after these; drawn by the epoch and by them alone. */
  augment(epoch: number, before: readonly Uint32Array[]): BatchTransform;
  batchSize: number;
  seed: number;
  progress: Progress;
  /** Milliseconds, as `performance.now`. */
  now: () => number;
}

/** Each is told in the order of the list and waited for. What one throws ends the run. */
export interface Callback {
  /** A step's loss is known; the step does not yet count. */
  onLoss?(step: StepRecord): void | Promise<void>;
  onStep?(step: StepRecord, ms: number): void | Promise<void>;
  onValidating?(): void | Promise<void>;
  /** `logits`: the validation's, [films, targets]. */
  onEpochEnd?(epoch: EpochRecord, validationMs: number, logits: Float32Array): void | Promise<void>;
  /** The run is over, however it ended. */
  onEnd?(): void;
}

/**
 * Goes on from `progress` until the plan is over. A run that is stopped anywhere and taken up again from its
 * progress and the engine's snapshot computes what the uninterrupted run would have computed, bit for bit.
 */
export async function runEpochs(run: Run, signal: AbortSignal, callbacks: readonly Callback[]): Promise<"finished" | "stopped"> {
  const { engine, plan, progress, batchSize, seed, now } = run;
  const { history, epochs } = progress;
  try {
    while (!plan.isOver(epochs)) {
      const epoch = epochs.length;
      const firstStep = epoch * plan.stepsPerEpoch;
      const batches = cutWholeBatches(shuffleEpoch(plan.drawFilms(epoch), seed, epoch), batchSize);
      const done = history.length - firstStep;
      const transform = run.augment(epoch, batches.slice(0, done));
      let begun = now();
      for await (const batch of readBatches(run.train, batches.slice(done), transform)) {
        if (signal.aborted) return "stopped";
        const step = history.length;
        const optimizer = plan.optimizerAt(step, epochs);
        const loss = await engine.trainStep(batch, optimizer);
        const record = { step, epoch, loss, lr: optimizer.lr, momentum: optimizer.beta1 };
        for (const callback of callbacks) await callback.onLoss?.(record);
        const ms = now() - begun;
        history.push(record);
        progress.seconds += ms / 1000;
        for (const callback of callbacks) await callback.onStep?.(record, ms);
        begun = now();
      }
      if (signal.aborted) return "stopped";

      for (const callback of callbacks) await callback.onValidating?.();
      const validating = now();
      const scores = await validate(engine, run.valid, batchSize, signal);
      if (!scores) return "stopped";
      const validationMs = now() - validating;
      progress.seconds += validationMs / 1000;
      const { logits, loss: validLoss, accuracy, auroc, aurocInterval, targets } = scores;
      const aurocs = targets.length > 1 ? { aurocs: targets.map((target) => target.auroc) } : {};
      const seconds = epochs.reduce((left, earlier) => left - earlier.seconds, progress.seconds);
      const record = {
        epoch,
        trainLoss: history.meanLossFrom(firstStep),
        validLoss,
        accuracy,
        auroc,
        aurocInterval,
        ...aurocs,
        seconds,
      };
      epochs.push(record);
      for (const callback of callbacks) await callback.onEpochEnd?.(record, validationMs, logits);
    }
    return "finished";
  } finally {
    for (const callback of callbacks) callback.onEnd?.();
  }
}
