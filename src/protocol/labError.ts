// The one error type that people see and that crosses worker boundaries. It is not for programming mistakes: those stay Errors.
import type { TrialSettings } from "./settings";

export type ErrorCode =
  | "noWebGpu"
  | "softwareAdapter"
  | "emptyFolder"
  | "noCsv"
  | "badCsv"
  | "noUsableColumn"
  | "oneClass"
  | "noFilms"
  | "badSettings"
  | "filmUnreadable"
  | "filmsNotPrepared"
  | "storageFull"
  | "storageFailed"
  | "checkpointDamaged"
  | "archiveUnreadable"
  | "weightsUnreadable"
  | "weightsMismatch"
  | "exportDiffers"
  | "scoreNotFinite"
  | "lossNotFinite"
  | "lossExploded"
  | "floatPrecision"
  | "deviceLost"
  | "outOfGpuMemory"
  | "overBudget"
  | "featureOff"
  | "workerLost"
  | "internal";

/** With what a run may begin again from what was kept of it, where it cannot go on as it is. */
export type Proposal = Partial<Pick<TrialSettings, "maxLr" | "sliceFrom" | "activations" | "arithmetic">>;

/** What went wrong, where, and the way out: `message` is a sentence a radiologist can act on; `at` names the file, row or setting. */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly code: ErrorCode;
  readonly at: string | undefined;
  readonly proposal: Proposal | undefined;

  constructor(code: ErrorCode, message: string, at?: string, proposal?: Proposal) {
    super(message);
    this.code = code;
    this.at = at;
    this.proposal = proposal;
  }
}

/** A LabError as plain data, for a port or a store. */
export interface Failure {
  code: ErrorCode;
  message: string;
  at?: string | undefined;
  /** Missing where the run may go on as it is. */
  proposal?: Proposal | undefined;
}

/** Whether going on as before would only fail again: what to begin again with is then proposed. */
export function failsAgain(failure: Failure | null): boolean {
  return failure?.proposal !== undefined;
}

/** Any thrown value as a Failure. What is no LabError is `internal` and keeps its own message. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LabError) {
    const { code, message, at, proposal } = error;
    return { code, message, at, ...(proposal && { proposal }) };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `Something in the lab itself went wrong: ${detail}` };
}

interface ThrowHandler {
  canHandle(value: unknown): value is unknown;
  serialize(value: unknown): [unknown, Transferable[]];
  deserialize(value: unknown): unknown;
}

/**
 * Lets LabErrors cross Comlink with their code. Comlink's own handler for thrown values keeps name and message only,
 * so both sides of every worker boundary replace it with this one, by passing their `Comlink.transferHandlers`.
 */
export function registerLabErrors(transferHandlers: Map<string, unknown>): void {
  const marked = transferHandlers.get("throw") as ThrowHandler;
  const handler: ThrowHandler = {
    canHandle: marked.canHandle,
    serialize: (thrown) => [toFailure((thrown as { value: unknown }).value), []],
    deserialize: (failure) => {
      const { code, message, at, proposal } = failure as Failure;
      throw new LabError(code, message, at, proposal);
    },
  };
  transferHandlers.set("throw", handler);
}
