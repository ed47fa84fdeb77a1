// The weights of a kept trial that a person takes: to predict with, to download, to begin from. No run goes on from them.
import type { NamedArrays } from "../nn/engine";
import { meanOf } from "../nn/meanWeights";
import { LabError } from "../protocol/labError";
import type { Trial, WhichWeights } from "../protocol/training";
import { chooseWeights } from "../storage/checkpointRecord";
import type { CheckpointStore, Notify } from "../storage/checkpoints";

export interface KeptWeights {
  model: NamedArrays;
  /** What the weights file says of them. */
  origin: Record<string, string>;
}

type Kept = Pick<CheckpointStore, "read" | "readEpochs">;

/**
 * Of a checkpoint its moving average, where one is kept, else its model. `notice` says what was damaged and what is taken in its place.
 * @throws LabError weightsUnreadable where none are kept; checkpointDamaged
 */
export async function readKeptWeights(
  checkpoints: Kept,
  trial: Trial,
  which: WhichWeights,
  notice?: Notify,
): Promise<KeptWeights> {
  if (which === "average") return readMean(checkpoints, trial, notice);
  const checkpoint = await checkpoints.read(trial, which, notice);
  if (!checkpoint) {
    throw new LabError(
      "weightsUnreadable",
      `Trial ${trial.id} has no checkpoint yet, so it has no weights. Train it first.`,
      `trial-${trial.id}`,
    );
  }
  return { model: chooseWeights(checkpoint), origin: describeOrigin(trial, which, checkpoint.step, checkpoint.epochs.length) };
}

async function readMean(checkpoints: Kept, trial: Trial, notice?: Notify): Promise<KeptWeights> {
  const taken: { step: number; epochs: number }[] = [];
  async function* models() {
    for await (const { model, step, epochs } of checkpoints.readEpochs(trial, notice)) {
      taken.push({ step, epochs: epochs.length });
      yield model;
    }
  }
  const model = await meanOf(models());
  const last = taken.at(-1);
  if (!model || !last) {
    throw new LabError(
      "weightsUnreadable",
      `Trial ${trial.id} has no weights of its last epochs to average: none are kept, or they are damaged. Take those of the last checkpoint.`,
      `trial-${trial.id}`,
    );
  }
  const averagedEpochs = JSON.stringify(taken.map(({ epochs }) => epochs));
  return { model, origin: { ...describeOrigin(trial, "average", last.step, last.epochs), averagedEpochs } };
}

/** `epoch` counts those that were finished at `step`. */
function describeOrigin({ id, settings }: Trial, which: WhichWeights, step: number, epoch: number): Record<string, string> {
  const origin = { trial: `trial-${id}`, weights: which, step: String(step), epoch: String(epoch) };
  return settings.averageDecay > 0 ? { ...origin, movingAverage: String(settings.averageDecay) } : origin;
}
