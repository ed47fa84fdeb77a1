// What running a trial again takes and leaves: the file that was downloaded of it, and how the repetition went. It compares nothing.
import type { Beginning, EpochRecord, Trial } from "./training";

/** What a trial went through: what its repetition is compared with. */
export interface Course {
  /** Of each step, from the first. */
  losses: Float64Array;
  epochs: EpochRecord[];
}

/** What a downloaded `trial-27.json` says of its trial, as far as running it again asks. */
export interface TrialFile extends Pick<Trial, "settings" | "dataset" | "sample" | "adapter" | "versions"> {
  /** Of the file. */
  name: string;
  /** As the file calls it, e.g. `trial-27`. */
  trial: string;
  /** Null where it began from fresh weights. Where an earlier version did not say from which, it has no checksum. */
  beginning: Beginning | null;
  course: Course;
  /** Fields, as `settings.foo`, that this version of the lab does not know. */
  unknown: string[];
}

/** That a trial repeats another. */
export interface Again {
  /** As its file calls it, e.g. `trial-27`. */
  trial: string;
  file: string;
  /** What was another than the file says when this one began, a sentence each. */
  differences: string[];
  /** How it went; null before its end, and where what to compare it with is not here. */
  outcome: Repetition | null;
}

export interface Repetition {
  /** How many of each were there to be compared. */
  steps: number;
  epochs: number;
  /** The first figure that is not the same to the bit; null where all are. */
  first: FirstDifference | null;
}

/** `at` counts steps or epochs from 0. Null stands for what is no finite number. */
export interface FirstDifference {
  of: "step" | "epoch";
  at: number;
  figure: string;
  was: number | null;
  is: number | null;
}

/** How a repetition went, in a sentence. */
export function describeRepetition({ trial }: Pick<Again, "trial">, { steps, epochs, first }: Repetition): string {
  if (steps === 0) return `The file of ${trial} holds no step to compare with.`;
  const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? "" : "s"}`;
  if (!first) {
    return `${trial} is repeated to the bit: the losses of ${count(steps, "step")} and the figures of ${count(epochs, "epoch")} are all the same.`;
  }
  const { of, at, figure, was, is } = first;
  return `${trial} is not repeated to the bit. From ${of} ${of === "epoch" ? at + 1 : at} on it differs: ${figure} was ${was} and is ${is}.`;
}
