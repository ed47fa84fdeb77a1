// A network's logits for a set of films, in inference mode, and what they are worth. Changes nothing of the network.
import type { Engine } from "../nn/engine";
import { cutBatches, type FilmSource, readBatches } from "./batches";
import { type Scores, scoreLogits } from "./metrics";

export interface Validation extends Scores {
  /** [films, targets], in the part's order. */
  logits: Float32Array;
}

/**
 * All films of the source, the odd last batch too. The loss is unweighted, so that it compares between ways of balancing.
 * @returns null where stopped
 */
export async function validate(
  engine: Engine,
  source: FilmSource,
  batchSize: number,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Validation | null> {
  const { part, targets } = source;
  const total = part.slots.length;
  const logits = new Float32Array(total * targets.length);
  const films = Uint32Array.from({ length: total }, (_, film) => film);
  let done = 0;
  for await (const batch of readBatches(source, cutBatches(films, batchSize))) {
    if (signal.aborted) return null;
    logits.set(await engine.predict(batch), done * targets.length);
    done += batch.count;
    onProgress(done, total);
  }
  return { logits, ...scoreLogits(logits, part.labels, targets) };
}
