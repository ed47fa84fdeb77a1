// The films of an evaluation as the statistics take them, and the shares of positives that they are read against. Computes no figure.
import { type FilmFacts, type SampleSummary, type TargetCounts, UNKNOWN_LABEL } from "../protocol/dataset";
import { findClasses } from "../protocol/findClasses";
import type { FilmParts, ScoredFilms } from "../protocol/statistics";
import type { Evaluation } from "../protocol/training";
import type { Learnt, Shares } from "./state";

export interface TargetFilms {
  films: ScoredFilms;
  /** [films] Their places among the evaluation's. */
  places: Uint32Array;
}

/** An evaluation, or a validation that was kept. */
type Scored = Pick<Evaluation, "labels" | "logits" | "paths"> & { targets: readonly unknown[] };

/** Those whose label under the target at this place is known. Without facts every film is a patient of its own. */
export function filmsOf({ labels, logits, paths, targets }: Scored, facts: FilmFacts | undefined, at: number): TargetFilms {
  const cell = (film: number) => film * targets.length + at;
  const places = Uint32Array.from(paths.keys()).filter((film) => labels[cell(film)] !== UNKNOWN_LABEL);
  return {
    places,
    films: {
      labels: Uint8Array.from(places, (film) => labels[cell(film)] ?? 0),
      scores: Float64Array.from(places, (film) => logits[cell(film)] ?? Number.NaN),
      patients: facts ? places.map((film) => facts.patients[film] ?? 0) : places,
    },
  };
}

/** What `TargetReading.negatives` are called: a figure is of all positive films, against negatives of one kind. */
export const NEGATIVES = { by: "negatives", names: ["explicit", "blank"] };

/** What is known of a target's films besides, for figures in parts of them. @param targets how many the facts are of */
export function partsOf(facts: FilmFacts | undefined, { places }: TargetFilms, at: number, targets: number): FilmParts {
  return {
    groupings: (facts?.groups ?? []).map(({ codes }) => Uint8Array.from(places, (film) => codes[film] ?? 0)),
    blanks: facts ? Uint8Array.from(places, (film) => facts.blanks[film * targets + at] ?? 0) : null,
  };
}

/**
 * @param trained the trial whose network it is; its main target by the films of an epoch, repeats counted, since what a balance draws is
 * what is learnt
 * @param dataset what the evaluated films were drawn from
 * @param at place of the target among the dataset's: the network may tell others besides, in another order
 */
export function sharesOf(trained: Learnt | null, dataset: SampleSummary, at: number): Shares {
  const trainedOn = trained?.sample;
  const place = trainedOn ? (findClasses(namesOf(trainedOn), namesOf(dataset))?.[at] ?? at) : at;
  const learnt = trainedOn?.targets[place];
  const epoch = place === 0 ? trainedOn?.train : learnt?.train;
  const drawnFrom = dataset.targets[at]?.before;
  return {
    trained: learnt && epoch ? shareOf(epoch, learnt.positiveWeight) : null,
    dataset: drawnFrom ? shareOf(drawnFrom) : null,
    softened: trained ? listSoftening(trained.settings) : [],
  };
}

/** What of its settings kept a network from learning the odds themselves: its logits are then no log odds, which a correction takes them for. */
function listSoftening({ loss, labelSmoothing, mixup }: Learnt["settings"]): string[] {
  return [loss === "focal" && "focal loss", labelSmoothing > 0 && "label smoothing", mixup > 0 && "mixup"].filter(
    (word) => word !== false,
  );
}

const namesOf = ({ targets }: SampleSummary) => targets.map(({ target }) => target);

/** A positive of weight w in the loss (torch's `pos_weight`) is as w positives (Elkan 2001, theorem 2). */
function shareOf({ positives, negatives }: Pick<TargetCounts, "positives" | "negatives">, positiveWeight = 1): number | null {
  const weighed = positives * positiveWeight;
  return positives > 0 && negatives > 0 ? weighed / (weighed + negatives) : null;
}
