// What becomes of weights from elsewhere in a network that learns something else, in words; the arrays are nn/fitWeights.ts's.
import { findClasses } from "./findClasses";
import { type Head, type Normalisation, type TrialSettings, targetsOf } from "./settings";

/** What weights tell, and of which films. */
export interface Told {
  classes: readonly string[];
  head: Head;
  normalisation: Normalisation;
}

const HEAD_WORDS: Record<Head, string> = { linear: "torchvision's classifier", fastai: "fastai's head" };

/** How films are scaled. */
export const SCALE_WORDS: Record<Normalisation, string> = {
  imagenet: "by ImageNet's mean and deviation",
  xrv: "to [-1024, 1024]",
};

const namesOf = (settings: TrialSettings) => targetsOf(settings).map(({ target }) => target);

/** What is not taken over, in a sentence; null where all is that is needed. */
export function describeReplacement(told: Told, settings: TrialSettings): string | null {
  const learnt = namesOf(settings);
  if (told.classes.length === 0) return `The weights have no classifier: that of ${formatClasses(learnt.length)} begins afresh.`;
  if (told.head !== settings.head) {
    return `Head replaced: the weights have ${HEAD_WORDS[told.head]}, ${HEAD_WORDS[settings.head]} is trained.`;
  }
  return told.classes.length === learnt.length || findClasses(told.classes, learnt)
    ? null
    : `Classifier replaced: the weights tell ${formatClasses(told.classes.length)}, ${learnt.length} ${learnt.length === 1 ? "is" : "are"} learnt.`;
}

/** What of the classifier alone is taken over, in a sentence; null where it is all or nothing. */
export function describePick(told: Told, settings: TrialSettings): string | null {
  const learnt = namesOf(settings);
  const places = told.head === settings.head ? findClasses(told.classes, learnt) : null;
  const isWhole = places?.length === told.classes.length && places.every((place, at) => place === at);
  if (!places || isWhole) return null;
  const rest = places.length < told.classes.length ? "the rest is left out" : "in the order of the targets";
  return `Of ${formatClasses(told.classes.length)} that the weights tell, ${learnt.join(", ")} ${learnt.length === 1 ? "is" : "are"} gone on with; ${rest}.`;
}

/** That a trial scales films otherwise than those that the weights were trained on, in a sentence; null where it does not. */
export function describeScale(told: Told, settings: Pick<TrialSettings, "normalisation">): string | null {
  const [wanted, given] = [told, settings].map(({ normalisation }) => SCALE_WORDS[normalisation]);
  if (wanted === given) return null;
  return `These weights were trained on films scaled ${wanted}, and Normalisation scales them ${given}: what they learnt is not of such films.`;
}

const formatClasses = (count: number) => `${count} ${count === 1 ? "class" : "classes"}`;
