// Which films of a sample a network was trained on, as far as the trials here tell: on such films it may know by heart. It evaluates none.
import type { PreparedSample } from "../protocol/dataset";
import type { SeenFilms, WeightsChoice } from "../protocol/training";
import { unpackKeys } from "../storage/filmKeys";
import { findBeginning } from "./loadWeights";
import type { Tools } from "./workbench";

/**
 * How many held-out films of the sample, and how many of their patients, are among those that the weights' trial was to be trained on, the
 * trial that it began from, and so on.
 */
export async function findSeen(tools: Tools, weights: WeightsChoice, { valid, patients }: PreparedSample): Promise<SeenFilms> {
  const trained = { films: new Set<string>(), patients: new Set<string>() };
  let unknown = weights.kind === "file" ? weights.name : null;
  const visited = new Set<number>();
  let next: WeightsChoice | null = weights;
  while (next?.kind === "trial" && !visited.has(next.trialId)) {
    const { id, beginning, parent } = await tools.trials.read(next.trialId);
    visited.add(id);
    const sample = await tools.trials.readSample(id);
    for (const film of unpackKeys(sample.train.films)) trained.films.add(film);
    for (const patient of unpackKeys(sample.patients?.train)) trained.patients.add(patient);
    if (!valid.films || !patients || !sample.train.films || !sample.patients) unknown ??= `trial-${id}`;
    next = beginning ? await findBeginning(tools, beginning) : null;
    if (parent && !next) unknown ??= parent;
  }
  const count = (keys: Uint8Array | undefined, among: Set<string>) => unpackKeys(keys).filter((key) => among.has(key)).length;
  return { films: count(valid.films, trained.films), patients: count(patients?.valid, trained.patients), unknown };
}
