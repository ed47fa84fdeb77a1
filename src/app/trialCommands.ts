// Commands on what was trained: files to take away, weights to begin from, trials to delete.
import { LabError, toFailure } from "../protocol/labError";
import type { Trial } from "../protocol/training";
import { announce, type LabContext } from "./context";
import { formatPredictions } from "./downloads";
import { EMPTY_EVALUATION, EMPTY_FINDER, EMPTY_RUN, FRESH_WEIGHTS } from "./initialState";
import { nameWeights } from "./offeredWeights";
import { saveFile, saveText } from "./save";
import type { LabCommands, WeightsState } from "./state";

type TrialCommands = Pick<
  LabCommands,
  | "deleteTrial"
  | "downloadWeights"
  | "downloadTrial"
  | "downloadPredictions"
  | "takeWeights"
  | "takeTrialWeights"
  | "clearWeights"
>;

export function createTrialCommands(context: LabContext, loadTrials: () => Promise<Trial[]>): TrialCommands {
  const { store, workers, patch, say } = context;

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

  /** The next trial begins from these, on the network they are of; a finder's curve belongs to the weights it was run with. */
  function begin(weights: WeightsState, arch = store.getState().settings.arch): void {
    store.setState((state) => ({ weights, finder: EMPTY_FINDER, settings: { ...state.settings, arch } }));
  }

  return {
    deleteTrial: (id) =>
      errand(async () => {
        await workers.training.deleteTrial(id);
        // Nothing of it is left to go on with or to take away.
        const { run, evaluation, weights } = store.getState();
        if (run.trial?.id === id) store.setState({ run: EMPTY_RUN });
        if (/^trial-(\d+)/.exec(evaluation.name)?.[1] === String(id)) store.setState({ evaluation: EMPTY_EVALUATION });
        if (weights.choice.kind === "trial" && weights.choice.trialId === id) begin(FRESH_WEIGHTS);
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
      if (evaluation) saveText(`${name}-predictions.csv`, formatPredictions(evaluation.predictions), "text/csv");
    },
    async takeWeights(file) {
      try {
        // The file's bytes never come to the page: the worker reads them.
        const summary = await workers.training.inspectWeights(file, file.name, store.getState().settings);
        begin({ choice: { kind: "file", name: file.name, file }, label: file.name, summary, failure: null }, summary.arch);
        announce({ type: "weights", ...summary });
        say(`${file.name} is taken: ${summary.arch}, ${summary.classes.join(", ")}. The next trial begins from it.`);
      } catch (error) {
        const failure = toFailure(error);
        patch("weights", { failure });
        say(failure.message);
        announce({ type: "failed", ...failure });
      }
    },
    async takeTrialWeights(id, which) {
      const label = nameWeights(id, which);
      const arch = store.getState().trials.find((trial) => trial.id === id)?.settings.arch;
      begin({ choice: { kind: "trial", trialId: id, which }, label, summary: null, failure: null }, arch);
      say(`The next trial begins from ${label}.`);
    },
    clearWeights() {
      begin(FRESH_WEIGHTS);
      say("The next trial begins from fresh weights.");
    },
  };
}
