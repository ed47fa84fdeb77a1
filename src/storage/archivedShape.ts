// Whether what a file holds has the fields that the lab reads of a trial and its sample: a list with a trial that lacks one could not be
// shown at all. It judges shapes, no values.
import type { PreparedSample } from "../protocol/dataset";
import type { Trial, TrialState } from "../protocol/training";
import type { CheckpointRecord } from "./checkpointRecord";
import { type Check, fields, isFigure, isFlag, isNumber, isText, listOf, optional, orNull } from "./shape";

const STATES: Record<TrialState, true> = {
  ready: true,
  running: true,
  paused: true,
  interrupted: true,
  stopped: true,
  finished: true,
  failed: true,
};
export const isState: Check = (value) => typeof value === "string" && Object.hasOwn(STATES, value);

const isPart = fields<Trial["sample"]["train"]>({ films: isNumber, positives: isNumber, negatives: isNumber });
const isSummary = fields<Trial["sample"]>({
  targets: listOf(fields<Trial["sample"]["targets"][number]>({ target: isText, train: fields({}), valid: fields({}) })),
  train: isPart,
  valid: isPart,
  after: isPart,
  epochFilms: isNumber,
});

const isRef = fields<NonNullable<Trial["checkpoints"]["last"]>>({
  key: isText,
  step: isNumber,
  savedAt: isText,
  bytes: isNumber,
});

const hasTrialFields = fields<Trial>({
  id: isNumber,
  createdAt: isText,
  note: optional(isText),
  star: optional(isFlag),
  state: isState,
  failure: orNull(fields<NonNullable<Trial["failure"]>>({ code: isText, message: isText })),
  settings: fields({}),
  dataset: fields<Trial["dataset"]>({ name: isText, rows: isNumber }),
  sample: isSummary,
  finder: orNull(
    fields<NonNullable<Trial["finder"]>>({
      lrs: listOf(isNumber),
      losses: listOf(isFigure),
      smoothed: listOf(isFigure),
      suggestions: fields({}),
      runs: listOf(fields({})),
    }),
  ),
  adapter: orNull(fields<NonNullable<Trial["adapter"]>>({ name: isText })),
  gpuCheck: optional(
    orNull(
      fields<NonNullable<Trial["gpuCheck"]>>({ passed: isFlag, checkedAt: isText, verdict: isText, failed: listOf(isText) }),
    ),
  ),
  versions: fields({}),
  stepsDone: isNumber,
  stepsTotal: isNumber,
  earlyEnd: optional(orNull(isText)),
  epochs: listOf(fields<Trial["epochs"][number]>({ epoch: isNumber, trainLoss: isFigure, validLoss: isFigure })),
  checkpoints: fields<Trial["checkpoints"]>({
    last: orNull(isRef),
    previous: orNull(isRef),
    best: orNull(isRef),
    epochs: listOf(isRef),
  }),
  again: optional(
    fields<NonNullable<Trial["again"]>>({
      trial: isText,
      file: isText,
      differences: listOf(isText),
      outcome: orNull(fields({ steps: isNumber, epochs: isNumber })),
    }),
  ),
  seconds: isNumber,
});

export function isTrial(value: unknown): value is Trial {
  return hasTrialFields(value);
}

export function isSample(value: unknown): value is PreparedSample {
  const { store, targets, train, valid, validPaths, summary } = (value ?? {}) as Partial<PreparedSample>;
  if (!isText(store) || !Array.isArray(targets) || !Array.isArray(validPaths) || !isSummary(summary)) return false;
  const areParts = [train, valid].every((part) => part && part.slots?.length * targets.length === part.labels?.length);
  return areParts && validPaths.length === valid?.slots.length;
}

/** A checkpoint in a file: its reference, its record's header, and how many bytes follow. */
export const isEntry: (value: unknown) => boolean = fields<{ ref: Check } & Omit<CheckpointRecord, "bytes"> & { bytes: number }>({
  ref: isRef,
  header: isText,
  headerSha256: isText,
  bytes: (value) => typeof value === "number" && value >= 0,
});
