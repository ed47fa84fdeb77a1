// Commands on what was trained: files to take away, trials to delete. What the next one begins from is weightsCommands.ts.

import { LabError, toFailure } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import type { LabContext } from "./context";
import { formatPredictions } from "./downloads";
import { EMPTY_EVALUATION, EMPTY_FINDER, EMPTY_RUN, FRESH_WEIGHTS } from "./initialState";
import { nameWeights } from "./offeredWeights";
import { listPredictions } from "./predictions";
import { saveFile, saveText } from "./save";
import type { LabCommands } from "./state";

type TrialCommands = Pick<LabCommands, "deleteTrial" | "downloadWeights" | "downloadTrial" | "downloadPredictions">;

export function createTrialCommands(context: LabContext, loadTrials: () => Promise<Trial[]>): TrialCommands {
  const { store, workers, say } = context;

  /** Runs an errand that ends in the status line either way. */
  async function errand(work: () => Promise<string>): Promise<void> {
    try {
      say(await work());
    } catch (error) {
      say(toFailure(error).message);
    }
  }

  function trialId(id: number | undefined): number {
    const shown = id ?? store.getState().run.trial?.id;
    if (shown === undefined) throw new LabError("badSettings", "There is no trial to download yet: train one first.");
    return shown;
  }

  return {
    deleteTrial: (id) =>
      errand(async () => {
        await workers.training.deleteTrial(id);
        // Nothing of it is left to go on with or to take away.
        const { run, evaluation, weights } = store.getState();
        if (run.trial?.id === id) store.setState({ run: EMPTY_RUN });
        if (/^trial-(\d+)/.exec(evaluation.name)?.[1] === String(id)) store.setState({ evaluation: EMPTY_EVALUATION });
        if (weights.choice.kind === "trial" && weights.choice.trialId === id)
          store.setState({ weights: FRESH_WEIGHTS, finder: EMPTY_FINDER });
        await loadTrials();
        return `Trial ${id} and its checkpoints are deleted.`;
      }),
    downloadWeights: (id, which = "last") =>
      errand(async () => {
        const trial = trialId(id);
        const name = `${nameWeights(trial, which)}.safetensors`;
        const { bytes, notices } = await workers.training.exportWeights(trial, which);
        saveFile(name, bytes, "application/octet-stream");
        return [...notices, `${name} is in your downloads.`].join(" ");
      }),
    downloadTrial: (id) =>
      errand(async () => {
        const trial = trialId(id);
        const name = `trial-${trial}.json`;
        saveText(name, await workers.training.exportTrial(trial), "application/json");
        return `${name} is in your downloads.`;
      }),
    downloadPredictions() {
      const { name, evaluation } = store.getState().evaluation;
      if (evaluation) saveText(`${name}-predictions.csv`, formatPredictions(listPredictions(evaluation)), "text/csv");
    },
  };
}
