// What of weights from elsewhere is not taken over, because the network learns something else. In words; the arrays are nn/fitWeights.ts's.
import { type Head, type TrialSettings, targetsOf } from "./settings";

const HEAD_WORDS: Record<Head, string> = { linear: "torchvision's classifier", fastai: "fastai's head" };

/** A sentence; null where all is taken over. */
export function describeReplacement(told: { classes: readonly string[]; head: Head }, settings: TrialSettings): string | null {
  const learnt = targetsOf(settings).length;
  if (told.head !== settings.head) {
    return `Head replaced: the weights have ${HEAD_WORDS[told.head]}, ${HEAD_WORDS[settings.head]} is trained.`;
  }
  return told.classes.length === learnt
    ? null
    : `Classifier replaced: the weights tell ${formatClasses(told.classes.length)}, ${learnt} ${learnt === 1 ? "is" : "are"} learnt.`;
}

const formatClasses = (count: number) => `${count} ${count === 1 ? "class" : "classes"}`;
