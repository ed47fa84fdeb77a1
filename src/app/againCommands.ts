// Commands that run a trial again from the file that was downloaded of it. What differs is found in the training worker; the run itself is
// trainCommands.ts's.

import type { TrialFile } from "../protocol/again";
import type { LabelFormat } from "../protocol/dataset";
import { type Failure, toFailure } from "../protocol/labError";
import { readTrialFile } from "../storage/trialFile";
import { describeNeeds } from "./againWords";
import { announce, type LabContext } from "./context";
import { freezeDataset } from "./freezeDataset";
import { FRESH_WEIGHTS, NOT_AGAIN } from "./initialState";
import type { LabCommands } from "./labCommands";
import { nameWeights } from "./offeredWeights";
import type { LabState } from "./state";
import { createTakeSampling } from "./takeSampling";

type AgainCommands = Pick<LabCommands, "takeTrialFile" | "giveUpAgain"> & {
  /** Told whenever a dataset was opened. */
  takeSettings(): Promise<void>;
  /** From now on what is here is compared with the file whenever one of them changes. */
  keepCompared(): void;
};

export function createAgainCommands(
  context: LabContext,
  commands: Pick<LabCommands, "changeSettings" | "readLabelsAs">,
): AgainCommands {
  const { store, workers, patch, say } = context;
  const takeSampling = createTakeSampling(context, commands);
  /** Files may be read in another order than they were chosen in: only the newest is held. */
  let chosen = 0;
  /** Reading the labels as the file's opens the dataset again. */
  let isTaking = false;

  function fail(failure: Failure): void {
    patch("again", { failure });
    say(failure.message);
    announce({ type: "failed", ...failure });
  }

  /** All of the file's settings, but for what is the machine's. */
  function settingsOf({ settings }: TrialFile) {
    const { gpuBudgetMiB } = store.getState().settings;
    return { ...settings, gpuBudgetMiB };
  }

  async function takeSettings(): Promise<void> {
    const { file } = store.getState().again;
    if (!file || isTaking) return;
    isTaking = true;
    try {
      const { format, ...dataset } = file.dataset;
      await takeSampling(file.name, { ...dataset, format: format as LabelFormat }, settingsOf(file));
      patch("again", { failure: null });
      announce({ type: "takenOver", trial: file.trial });
      sayNeeds();
    } catch (error) {
      fail(toFailure(error));
    } finally {
      isTaking = false;
    }
  }

  /** The weights that the trial of the file began from; none where they are not here. */
  async function findWeights({ beginning }: TrialFile): Promise<LabState["weights"]> {
    const choice = beginning && (await workers.training.findBeginning(beginning));
    const label = choice?.kind === "trial" ? nameWeights(choice.trialId, choice.which) : "";
    return choice ? { ...FRESH_WEIGHTS, choice, label } : FRESH_WEIGHTS;
  }

  function sayNeeds(): void {
    const needs = describeNeeds(store.getState());
    if (needs.length > 0) say(needs.join(" "));
  }

  return {
    takeSettings,
    async takeTrialFile(picked) {
      const mine = ++chosen;
      store.setState({ again: NOT_AGAIN });
      try {
        const file = readTrialFile(await picked.text(), picked.name);
        const weights = await findWeights(file);
        if (mine !== chosen) return;
        store.setState({ weights });
        patch("again", { file });
        announce({ type: "again", trial: file.trial });
        // What is opened later is read and sampled as the file says then.
        if (store.getState().dataset.state === "ready") return await takeSettings();
        commands.changeSettings(settingsOf(file));
        sayNeeds();
      } catch (error) {
        if (mine === chosen) fail(toFailure(error));
      }
    },
    giveUpAgain() {
      chosen++;
      store.setState({ again: NOT_AGAIN });
      say("The next trial repeats none. Its settings stay as they are.");
    },
    keepCompared() {
      let compared: readonly unknown[] = [];
      store.subscribe((state) => {
        const due = dependsOn(state);
        if (due.every((one, at) => one === compared[at])) return;
        compared = due;
        if (state.again.differences) patch("again", { differences: null });
        const request = describeRequest(state);
        if (!request) return;
        const isDue = () => compared === due && store.getState().again.file === request.again;
        workers.training.listDifferences(request).then(
          (differences) => {
            if (!isDue()) return;
            patch("again", { differences, failure: null });
            announce({ type: "differences", differences });
          },
          (error: unknown) => isDue() && fail(toFailure(error)),
        );
      });
    },
  };
}

const dependsOn = ({ again, settings, preparation, dataset, weights, gpu }: LabState) =>
  [again.file, settings, preparation.sample, dataset.summary, weights.choice, gpu.state] as const;

/** The trial that Train would make; null before all is there that it would be made of. */
function describeRequest({ again: { file }, settings, preparation, dataset, weights, gpu }: LabState) {
  const { sample, failed } = preparation;
  if (!file || !sample || !dataset.summary || gpu.state !== "ready") return null;
  return {
    settings,
    sample,
    dataset: freezeDataset(dataset.summary, sample, failed),
    finder: null,
    weights: weights.choice,
    again: file,
  };
}
