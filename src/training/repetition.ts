// Whether a run that repeats another went as that one did, to the bit. What was different before it began is differences.ts's.
import type { Again, Course, FirstDifference, Repetition } from "../protocol/again";
import type { EpochRecord, Trial } from "../protocol/training";
import type { TrialStore } from "../storage/trials";
import type { Progress } from "./loop";

/** What is kept of a finished trial about the one that it repeats: without the other's course it stays unjudged. */
export async function judgeRepetition(
  trials: Pick<TrialStore, "readCourse">,
  { id, again }: Pick<Trial, "id"> & { again: Again },
  { history, epochs }: Pick<Progress, "history" | "epochs">,
): Promise<Again> {
  const then = await trials.readCourse(id);
  return { ...again, outcome: then && compareCourses(then, { losses: history.columns().loss, epochs }) };
}

/** As far as both go: the trial may have been stopped, or planned for fewer epochs. */
export function compareCourses(then: Course, now: Course): Repetition {
  const steps = Math.min(then.losses.length, now.losses.length);
  const epochs = Math.min(then.epochs.length, now.epochs.length);
  return { steps, epochs, first: findInSteps(then, now, steps) ?? findInEpochs(then, now, epochs) };
}

function findInSteps(then: Course, now: Course, steps: number): FirstDifference | null {
  for (let at = 0; at < steps; at++) {
    const [was, is] = [then.losses[at]!, now.losses[at]!];
    if (was !== is) return { of: "step", at, figure: "the loss", was, is };
  }
  return null;
}

/** What an epoch is judged by: an interval follows from the others, and the time that it took says nothing. */
const FIGURES = {
  trainLoss: "the training loss",
  validLoss: "the validation loss",
  accuracy: "the accuracy",
  auroc: "the AUROC",
} as const satisfies { [Field in keyof EpochRecord]?: string };

function findInEpochs(then: Course, now: Course, epochs: number): FirstDifference | null {
  for (let at = 0; at < epochs; at++) {
    const before = listFigures(then.epochs[at]!);
    for (const [figure, is] of listFigures(now.epochs[at]!)) {
      const was = before.get(figure) ?? null;
      if (was !== is) return { of: "epoch", at, figure, was, is };
    }
  }
  return null;
}

/** A file writes null for what is no finite number. */
function listFigures(epoch: EpochRecord): Map<string, number | null> {
  const asWritten = (value: number | null) => (value !== null && Number.isFinite(value) ? value : null);
  return new Map([
    ...Object.entries(FIGURES).map(([field, name]) => [name, asWritten(epoch[field as keyof typeof FIGURES])] as const),
    ...(epoch.aurocs ?? []).map((auroc, target) => [`the AUROC of target ${target + 1}`, asWritten(auroc)] as const),
  ]);
}
