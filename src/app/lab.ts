// The lab: one store of what is so, and the commands that change it. No React, no TF.js; the work is done in workers.
import { createStore, type StoreApi } from "zustand/vanilla";
import { toFailure } from "../protocol/labError";
import { createAgainStore } from "../storage/again";
import { createBeginningStore } from "../storage/beginning";
import { createLastFolderStore } from "../storage/lastFolder";
import { createSettingsStore, openSettings } from "../storage/settings";
import { isTrialFile } from "../storage/trialFile";
import { createTrialsViewStore } from "../storage/trialsView";
import { createAgainCommands } from "./againCommands";
import { createCompareCommands } from "./compareCommands";
import { createContext } from "./context";
import { createDeletionCommands } from "./deletionCommands";
import { createFolderCommands } from "./folderCommands";
import { createForecasts } from "./forecasts";
import { formatCount } from "./format";
import { INITIAL_STATE } from "./initialState";
import { keepAgain } from "./keepAgain";
import { keepBeginning } from "./keepBeginning";
import { keepSlice } from "./keepSlice";
import type { LabCommands } from "./labCommands";
import { createOffline } from "./offline";
import { LOOKS_ON, refuseWhileLookingOn } from "./onlooking";
import { createRecipeCommands } from "./recipeCommands";
import { createReviewCommands } from "./reviewCommands";
import { createRunCommands } from "./runCommands";
import { createSampleCommands } from "./sampleCommands";
import { takeTurn } from "./soleTab";
import type { LabState, StepName } from "./state";
import { createStorageCommands } from "./storageCommands";
import { createTrialCommands } from "./trialCommands";
import { keepAwake } from "./wakeLock";
import { createWeightsCommands } from "./weightsCommands";
import { connectWorkers, type Workers } from "./workers";

export interface Lab {
  store: StoreApi<LabState>;
  commands: LabCommands;
}

export function createLab(): Lab {
  const store = createStore<LabState>(() => INITIAL_STATE);
  const workers = connectWorkers({
    onLost: (worker, freed) => recover[worker](freed).catch(sayWhy),
    onUnusable: ({ message }) => store.setState({ status: message }),
  });
  const context = createContext(store, workers);
  const forecasts = createForecasts(context);
  const { openGpu, reopenGpu, loadTrials, letLookOn, lookOn, ...run } = createRunCommands(context, forecasts);
  const trials = { ...createTrialCommands(context), ...createDeletionCommands(context) };
  const { keepNeeded, ...kept } = createStorageCommands(context, loadTrials);
  const { countSample, endPreparing, ...sample } = createSampleCommands(context);
  const weights = createWeightsCommands(context, sample);
  const { applyWaiting, ...recipes } = createRecipeCommands(context, {
    changeSettings: sample.changeSettings,
    readLabelsAs: (choice) => folders.readLabelsAs(choice),
  });
  const { takeSettings, keepCompared, ...again } = createAgainCommands(context, {
    changeSettings: sample.changeSettings,
    readLabelsAs: (choice) => folders.readLabelsAs(choice),
  });
  const takeJson = async (file: File) => ((await isTrialFile(file)) ? again.takeTrialFile(file) : recipes.takeRecipe(file));
  const { offerLastFolder, reopen, ...folders } = createFolderCommands(
    context,
    { countSample, endPreparing },
    { weights: weights.takeWeights, json: takeJson, trial: kept.importTrial },
    async () => {
      await applyWaiting();
      await takeSettings();
    },
    createLastFolderStore(),
  );
  const recover: Record<keyof Workers, (freed: Promise<void>) => Promise<void>> = {
    training: replaceTraining,
    dataset: reopen,
    // Keeps nothing: the next choice is answered by the next worker.
    statistics: async () => {},
  };
  const sayWhy = (error: unknown) => context.say(toFailure(error).message);
  const { keepOffline, ...offline } = createOffline(context);
  keepAwake(store);
  // Of a built lab; where it is worked on, every file is another in a minute.
  if (import.meta.env.PROD) void keepOffline();

  async function replaceTraining(freed: Promise<void>): Promise<void> {
    const reopened = reopenGpu();
    await freed;
    await workers.training.markInterrupted();
    await Promise.all([reopened, loadTrials()]);
  }

  /** This tab acts: what an earlier visit left, or the tab that acted before, is taken up. */
  function act(): void {
    store.setState({ tab: "acts" });
    void keepSlice(context, "settings", createSettingsStore(openSettings()));
    void keepSlice(context, "trialsView", createTrialsViewStore());
    void keepAgain(context, createAgainStore());
    forecasts.keep();
    keepNeeded();
    keepCompared();
    void openGpu();
    // Before there is a trial to go on with: what is tidied must not be in use.
    workers.training
      .tidy()
      .then(() => workers.training.markInterrupted())
      .catch(sayWhy)
      .then(loadTrials)
      .then(async (all) => {
        await keepBeginning(context, createBeginningStore());
        await offerNewest(store, run.showTrial, all.at(-1));
      })
      .catch(sayWhy)
      .then(letLookOn);
    offerLastFolder().catch(sayWhy);
  }

  let lookAway: (() => void) | null = null;
  const onTurn = () => {
    if (lookAway) context.say("The other tab is closed: this one acts now.");
    lookAway?.();
    act();
  };
  const onWait = () => {
    store.setState({ tab: "looksOn", status: LOOKS_ON });
    lookAway = lookOn();
    loadTrials().catch(sayWhy);
  };
  takeTurn({ onWait, onTurn }).catch(sayWhy);

  const goTo = (step: StepName) => store.setState({ step });
  const commands = {
    goTo,
    ...offline,
    ...folders,
    ...recipes,
    ...again,
    ...sample,
    ...run,
    ...trials,
    ...weights,
    ...kept,
    ...createCompareCommands(context),
    ...createReviewCommands(context),
  };
  return { store, commands: refuseWhileLookingOn(commands, context) };
}

/** The newest trial is shown again: on its step, with a sentence, where it ended with the page; else ready to be evaluated. */
async function offerNewest(
  store: StoreApi<LabState>,
  show: LabCommands["showTrial"],
  trial: LabState["trials"][number] | undefined,
): Promise<void> {
  const isInterrupted = trial?.state === "interrupted";
  if (!trial || !(isInterrupted || trial.checkpoints.last)) return;
  await show(trial.id, !isInterrupted);
  if (!isInterrupted) return;
  const at = trial.checkpoints.last?.step;
  store.setState({
    status:
      at === undefined
        ? `Trial ${trial.id} was interrupted before its first checkpoint. Resume begins it again.`
        : `Trial ${trial.id} was interrupted; its last checkpoint is of step ${formatCount(at)} of ${formatCount(trial.stepsTotal)}. Resume goes on from there.`,
  });
}
