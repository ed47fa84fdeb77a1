// The lab: one store of what is so, and the commands that change it. No React, no TF.js; the work is done in workers.
import { createStore, type StoreApi } from "zustand/vanilla";
import { toFailure } from "../protocol/labError";
import { createContext } from "./context";
import { createDatasetCommands } from "./datasetCommands";
import { INITIAL_STATE } from "./initialState";
import { createRunCommands } from "./runCommands";
import type { LabCommands, LabState } from "./state";
import { createTrialCommands } from "./trialCommands";
import { connectWorkers } from "./workers";

export interface Lab {
  store: StoreApi<LabState>;
  commands: LabCommands;
}

export function createLab(): Lab {
  const store = createStore<LabState>(() => INITIAL_STATE);
  const workers = connectWorkers((worker, reason) => {
    store.setState({ status: `The ${worker} worker failed: ${reason}. Reload the page; trials and prepared films are kept.` });
  });
  const context = createContext(store, workers);
  const { openGpu, loadTrials, ...run } = createRunCommands(context);
  const trials = createTrialCommands(context, loadTrials);
  const dataset = createDatasetCommands(context, trials.takeWeights);

  void openGpu();
  loadTrials()
    .then((all) => offerInterrupted(context.say, run.showTrial, all.at(-1)))
    .catch((error: unknown) => context.say(toFailure(error).message));

  return { store, commands: { goTo: (step) => store.setState({ step }), ...dataset, ...run, ...trials } };
}

/** A run that ended with the page is offered again where it stood. */
async function offerInterrupted(
  say: (status: string) => void,
  show: LabCommands["showTrial"],
  trial: LabState["trials"][number] | undefined,
): Promise<void> {
  if (trial?.state !== "running" && trial?.state !== "paused") return;
  await show(trial.id);
  const at = trial.checkpoints.last?.step;
  say(
    at === undefined
      ? `Trial ${trial.id} was interrupted before its first checkpoint. Resume begins it again.`
      : `Trial ${trial.id} was interrupted; its last checkpoint is of step ${at} of ${trial.stepsTotal}. Resume goes on from there.`,
  );
}
