// Deleting trials, with a way back for some seconds. What deleting means for what is kept is the training worker's to say.
import { LabError, toFailure } from "../protocol/labError";
import type { LabContext } from "./context";
import { formatPlural } from "./format";
import { EMPTY_EVALUATION, EMPTY_FINDER, EMPTY_RUN, FRESH_WEIGHTS } from "./initialState";
import type { LabCommands } from "./labCommands";

/** How long a deletion can be undone. Where the page ends before, it is carried out on the next visit. */
export const UNDO_MS = 12_000;

type DeletionCommands = Pick<LabCommands, "deleteTrials" | "undoDeletion">;

export function createDeletionCommands({ store, workers, patch, say, measureDisk }: LabContext): DeletionCommands {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let queue = Promise.resolve();

  /** One after another: a deletion that overtook the one before would take its way back. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work).catch((error: unknown) => say(toFailure(error).message));
    return queue;
  }

  async function carryOut(): Promise<void> {
    clearTimeout(timer);
    if (store.getState().deletedTrials.length === 0) return;
    store.setState({ deletedTrials: [] });
    await workers.training.tidy();
    await measureDisk();
  }

  /** @throws LabError badSettings where an evaluation has its weights, as the worker does where a run has the trial */
  async function deleteTrial(id: number): Promise<void> {
    const { state, trialId } = store.getState().evaluation;
    if ((state === "running" || state === "stopping") && trialId === id)
      throw new LabError("badSettings", `Trial ${id} is being evaluated. Wait for its end, or stop it, before deleting it.`);
    await workers.training.deleteTrial(id);
  }

  /** Nothing of them is left to go on with, to take away or to compare. */
  function forget(gone: ReadonlySet<number>): void {
    const { run, evaluation, weights, trials, trialsView } = store.getState();
    store.setState({ trials: trials.filter(({ id }) => !gone.has(id)) });
    patch("trialsView", { selected: trialsView.selected.filter((id) => !gone.has(id)) });
    if (run.trial && gone.has(run.trial.id)) store.setState({ run: EMPTY_RUN });
    if (evaluation.trialId !== null && gone.has(evaluation.trialId)) store.setState({ evaluation: EMPTY_EVALUATION });
    if (weights.choice.kind === "trial" && gone.has(weights.choice.trialId)) {
      store.setState({ weights: FRESH_WEIGHTS, finder: EMPTY_FINDER });
    }
  }

  return {
    deleteTrials: (ids) =>
      inTurn(async () => {
        // Of thousands this takes some seconds.
        say(`Deleting ${formatPlural(ids.length, "trial")}.`);
        await carryOut();
        const outcomes = await Promise.allSettled(ids.map(deleteTrial));
        const gone = ids.filter((_, at) => outcomes[at]?.status === "fulfilled");
        forget(new Set(gone));
        store.setState({ deletedTrials: gone });
        timer = setTimeout(() => void inTurn(carryOut), UNDO_MS);
        const refused = outcomes.find((outcome) => outcome.status === "rejected");
        if (refused) throw refused.reason;
        say(`${countTrials(gone)} deleted. Undo brings ${gone.length > 1 ? "them" : "it"} back.`);
      }),
    undoDeletion: () =>
      inTurn(async () => {
        const { deletedTrials } = store.getState();
        if (deletedTrials.length === 0) return;
        clearTimeout(timer);
        const restored = await Promise.all(deletedTrials.map((id) => workers.training.restoreTrial(id)));
        store.setState(({ trials }) => ({ trials: [...trials, ...restored].sort((a, b) => a.id - b.id), deletedTrials: [] }));
        say(`${countTrials(deletedTrials)} back.`);
      }),
  };
}

/** Trial 7 is, 3 trials are */
export function countTrials(ids: readonly number[]): string {
  return ids.length === 1 ? `Trial ${ids[0]} is` : `${ids.length} trials are`;
}
