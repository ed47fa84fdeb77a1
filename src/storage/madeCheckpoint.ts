// Small checkpoints for tests. Not for the lab itself.
import type { Checkpoint } from "./checkpointRecord";

/** A checkpoint after `step` steps of two an epoch, every array told apart by its step; `auroc` where it ends an epoch. */
export function made(step: number, auroc: number | null = 0.5): Checkpoint {
  const epochs = Array.from({ length: Math.floor(step / 2) }, (_, epoch) => ({
    epoch,
    trainLoss: 0.1,
    validLoss: 1 - (auroc ?? 0.5) + epoch / 1000,
    accuracy: 0.5,
    auroc,
    seconds: 1 / 3,
  }));
  const column = (scale: number) => Float64Array.from({ length: step }, (_, i) => scale * (i + 0.1));
  return {
    step,
    model: new Map([
      ["a.weight", { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => step + i / 7) }],
      ["a.num_batches_tracked", { shape: [], data: Float32Array.of(step) }],
    ]),
    optimizer: new Map(step === 0 ? [] : [["exp_avg.a.weight", { shape: [2, 3], data: new Float32Array(6).fill(-step) }]]),
    optimizerSteps: step,
    lossScale: { scale: 2 ** step, goodSteps: step, refusedSteps: 1 },
    average: new Map([["a.weight", { shape: [2, 3], data: new Float32Array(6).fill(step / 3) }]]),
    valid: Float32Array.from({ length: step > 0 && step % 2 === 0 ? 4 : 0 }, (_, i) => step - i / 3),
    steps: {
      epoch: Uint32Array.from({ length: step }, (_, i) => Math.floor(i / 2)),
      loss: column(1),
      lr: column(1e-3),
      momentum: column(-1),
    },
    epochs,
    seconds: step / 3,
  };
}
