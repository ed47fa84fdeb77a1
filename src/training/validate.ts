// A network's logits for a set of films, in inference mode, and what they are worth. Changes nothing of the network.
import type { Engine } from "../nn/engine";
import { sigmoid } from "../statistics/logistic";
import { augmentView, type chooseViewing } from "./augment";
import { type BatchTransform, cutBatches, type FilmSource, readBatches } from "./batches";
import { type Scores, scoreLogits } from "./metrics";

export interface Validation extends Scores {
  /** [films, targets], in the part's order. */
  logits: Float32Array;
}

type OnProgress = (done: number, total: number) => void;

/**
 * All films of the source, the odd last batch too. The loss is unweighted, so that it compares between ways of balancing.
 * @returns null where stopped
 */
export async function validate(
  engine: Engine,
  source: FilmSource,
  batchSize: number,
  signal: AbortSignal,
  onProgress: OnProgress = () => {},
): Promise<Validation | null> {
  const logits = await predictAll(engine, source, batchSize, signal, onProgress);
  return logits && { logits, ...scoreLogits(logits, source.part.labels, source.targets) };
}

/** Of the mean over the views and the plain film, this much is the plain film's (fastai v2 `tta`'s `beta`). */
const PLAIN_SHARE = 0.25;

/**
 * As `validate`, each film's probability the mean over `views` augmented views of it, drawn a quarter of the way to that of the plain film
 * (fastai v2 `Learner.tta`). Its logit is that of this probability.
 * @param onProgress counts each view of a film, and the plain film
 */
export async function validateViews(
  engine: Engine,
  source: FilmSource,
  batchSize: number,
  { views, settings }: { views: number } & Pick<ReturnType<typeof chooseViewing>, "settings">,
  signal: AbortSignal,
  onProgress: OnProgress = () => {},
): Promise<Validation | null> {
  const films = source.part.slots.length;
  const progressAfter = (passes: number) => (done: number) => onProgress(passes * films + done, (1 + views) * films);
  const plain = await predictAll(engine, source, batchSize, signal, progressAfter(0));
  if (!plain) return null;
  const means = new Float64Array(plain.length);
  for (let view = 0; view < views; view++) {
    const logits = await predictAll(engine, source, batchSize, signal, progressAfter(1 + view), augmentView(settings, view));
    if (!logits) return null;
    logits.forEach((logit, at) => {
      means[at]! += sigmoid(logit) / views;
    });
  }
  const logits = plain.map((logit, at) => toLogit(means[at]! + PLAIN_SHARE * (sigmoid(logit) - means[at]!)));
  return { logits, ...scoreLogits(logits, source.part.labels, source.targets) };
}

/** Of a probability that is rounded to 0 or 1, that of the nearest that is not. */
function toLogit(probability: number): number {
  const held = Math.min(1 - Number.EPSILON / 2, Math.max(Number.MIN_VALUE, probability));
  return Math.log(held) - Math.log1p(-held);
}

/** [films, targets]; null where stopped. */
async function predictAll(
  engine: Engine,
  source: FilmSource,
  batchSize: number,
  signal: AbortSignal,
  onProgress: OnProgress,
  transform?: BatchTransform,
): Promise<Float32Array | null> {
  const { part, targets } = source;
  const total = part.slots.length;
  const logits = new Float32Array(total * targets.length);
  const films = Uint32Array.from({ length: total }, (_, film) => film);
  let done = 0;
  for await (const batch of readBatches(source, cutBatches(films, batchSize), transform)) {
    if (signal.aborted) return null;
    logits.set(await engine.predict(batch), done * targets.length);
    done += batch.count;
    onProgress(done, total);
  }
  return logits;
}
