// What a review shows of a trial beside its record, and how it is called. Reads nothing: that is reviewCommands.ts.
import type { FilmGroups } from "../protocol/dataset";
import type { Explanation } from "../protocol/explanation";
import type { Failure } from "../protocol/labError";
import type { TargetReading, TargetSummary, ThresholdRule } from "../protocol/statistics";
import type { StepColumns } from "../protocol/steps";
import type { KeptValidation, Trial } from "../protocol/training";
import { carryRule } from "./figureCommands";
import { type Prediction, predictionsUnder, wrongness } from "./predictions";
import type { FiguresState, LabState, Shares } from "./state";

/** A target on those films of a kept validation whose label under it is known. */
export interface ReviewedTarget {
  target: string;
  shares: Shares;
  summary: TargetSummary;
  /** How the operating point of `reading` was asked for. */
  rule: ThresholdRule;
  reading: TargetReading;
}

/** What a kept validation says. */
export interface ReviewedFigures {
  which: "best" | "last";
  /** From 0: the epoch that it ended. */
  epoch: number;
  /** The main one first, and it alone read in groups. */
  targets: ReviewedTarget[];
  /** Of the main target's `reading.groups`. */
  groupings: Pick<FilmGroups, "by" | "names">[];
  /** That another checkpoint stands in for a damaged one. */
  notice: string | null;
}

/** Whether the epoch of these weights was chosen among several, by the films that the figures are of. */
export const wasEpochChosen = ({ which }: Pick<ReviewedFigures, "which">, { epochs }: Pick<Trial, "epochs">) =>
  which === "best" && epochs.length > 1;

export interface WrongFilm extends Prediction {
  /** Among the validation films. */
  place: number;
}

export interface ReviewedFilms {
  wrong: WrongFilm[];
  /** Side of a film in pixels. */
  size: number;
  /** Of `wrong`, in its order; null where the pictures could not be had. */
  explanation: Explanation | null;
}

/** A part that could not be read is a failure, one that is not there is null; what is missing here is on its way. */
export interface ReviewedTrial {
  steps?: StepColumns | Failure;
  figures?: ReviewedFigures | Failure | null;
  films?: ReviewedFilms | Failure | null;
  /** Why there are no pictures of `films`. */
  pictureFailure?: Failure;
}

/** The review that is open; of no trials where none is. */
export interface ReviewState {
  /** By number. */
  trials: number[];
  read: ReadonlyMap<number, ReviewedTrial>;
}

export const isFailure = (part: object): part is Failure => "code" in part;

/** Trial 27, Trial 27 & 28, Trial 26, 27 & 28 */
export function titleReview(ids: readonly number[]): string {
  const [before, last] = [ids.slice(0, -1).join(", "), ids.at(-1)];
  return `Trial ${before && `${before} & `}${last}`;
}

/** review-trial-27-28.html */
export function nameReview(ids: readonly number[]): string {
  return `review-trial-${ids.join("-")}.html`;
}

/**
 * How a network is read under one of its targets: as the reader last chose in Evaluate. Only where the network was evaluated under that very
 * target is a point that was slid to its own, since that is a score, and the prevalence that was given the target's.
 * @param weights of which trial they are, and how files of them are called
 */
export function chooseReading(
  { evaluation, figures: { at, rule, scaled, prevalence } }: Pick<LabState, "evaluation" | "figures">,
  weights: { trialId: number; name: string },
  target: number,
): Pick<FiguresState, "rule" | "scaled" | "prevalence"> {
  const isEvaluated = evaluation.trialId === weights.trialId && evaluation.name === weights.name;
  if (isEvaluated && at === target) return { rule, scaled, prevalence };
  return { rule: carryRule(rule), scaled, prevalence: null };
}

export const MOST_WRONG = 6;

/** The films furthest from their label under the main target, worst first; right or wrong, so that there are some of a good network too. */
export function chooseWrong({ targets, ...kept }: KeptValidation): WrongFilm[] {
  const probabilities = Float64Array.from(kept.logits, (logit) => 1 / (1 + Math.exp(-logit)));
  return predictionsUnder({ ...kept, probabilities, targets: targets.map((target) => ({ target })) }, 0)
    .map((film, place) => ({ ...film, place }))
    .filter((film) => film.target !== null)
    .sort((a, b) => wrongness(b) - wrongness(a))
    .slice(0, MOST_WRONG);
}

/** The trial here whose weights a trial began from; undefined where it began from none, or its parent is elsewhere or gone. */
export function findParent({ parent, origin }: Trial, trials: readonly Trial[]): Trial | undefined {
  // The numbers of a trial that was brought in are those of where it was trained.
  const number = origin ? null : /^trial-(\d+)$/.exec(parent ?? "")?.[1];
  return number ? trials.find(({ id }) => id === Number(number)) : undefined;
}
