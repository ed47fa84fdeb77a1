// What the kept validation of a trial says, counted by the statistics worker: for a review, and for a model card.

import type { PreparedSample } from "../protocol/dataset";
import type { KeptValidation, Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { chooseOffered, nameWeights } from "./offeredWeights";
import { chooseReading, type ReviewedFigures, type ReviewedTarget } from "./review";
import { filmsOf, partsOf, sharesOf } from "./scoredFilms";

export interface ReadFigures {
  kept: KeptValidation;
  sample: PreparedSample;
  figures: ReviewedFigures;
}

/** Null where no validation was kept with these weights. @throws LabError checkpointDamaged, scoreNotFinite */
export async function readFigures(
  { store, workers: { training, statistics } }: Pick<LabContext, "store" | "workers">,
  trial: Trial,
  which: "best" | "last",
): Promise<ReadFigures | null> {
  const { id, settings } = trial;
  const kept = await training.readValidation(id, which);
  if (!kept) return null;
  const sample = await training.readSample(id);
  const { validFacts: facts, summary: drawn } = sample;
  const weights = { trialId: id, name: nameWeights(id, chooseOffered(trial, which)) };
  const targets: ReviewedTarget[] = [];
  // One after another: each is drawn some thousand times, and the worker does one thing at a time.
  for (const [at, target] of kept.targets.entries()) {
    const ofTarget = filmsOf(kept, facts, at);
    const shares = sharesOf(trial, drawn, at);
    const { rule, scaled, prevalence } = chooseReading(store.getState(), weights, at);
    const choices = { rule, scaled, trainedShare: shares.trained, useShare: prevalence ?? shares.dataset };
    const parts = at === 0 ? partsOf(facts, ofTarget, at, kept.targets.length) : { groupings: [], blanks: null };
    const [summary, reading] = await Promise.all([
      statistics.summarise(ofTarget.films, settings.seed),
      statistics.read(ofTarget.films, choices, parts),
    ]);
    targets.push({ target, shares, summary, rule, reading });
  }
  const groupings = (facts?.groups ?? []).map(({ by, names }) => ({ by, names }));
  return { kept, sample, figures: { which, epoch: kept.epoch, targets, groupings, notice: kept.notice } };
}
