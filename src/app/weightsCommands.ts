// Commands on what the next trial begins from: fresh weights, a file's, those at an address, or an earlier trial's.
import { LabError, toFailure } from "../protocol/labError";
import { type TrialSettings, targetsOf } from "../protocol/settings";
import type { WhichWeights } from "../protocol/training";
import { announce, type LabContext } from "./context";
import { fetchWeights } from "./fetchWeights";
import { formatNames } from "./format";
import { EMPTY_FINDER, FRESH_WEIGHTS } from "./initialState";
import { nameWeights } from "./offeredWeights";
import { describeOtherDataset } from "./sameDataset";
import type { LabCommands, WeightsState } from "./state";

type WeightsCommands = Pick<
  LabCommands,
  "takeWeights" | "fetchWeights" | "stopFetching" | "takeTrialWeights" | "continueAtSize" | "clearWeights"
>;

export function createWeightsCommands(
  context: LabContext,
  { changeSettings }: Pick<LabCommands, "changeSettings">,
): WeightsCommands {
  const { store, workers, patch, say } = context;
  let fetching: AbortController | null = null;
  /** Files take a while to be read: only what was chosen last may land. */
  let choices = 0;

  function fail(error: unknown): void {
    const failure = toFailure(error);
    patch("weights", { failure });
    say(failure.message);
    announce({ type: "failed", ...failure });
  }

  /** The next trial begins from these, with such settings; a finder's curve belongs to the weights it was run with. */
  function begin(weights: WeightsState, change: Partial<TrialSettings> = {}): void {
    choices++;
    changeSettings(change);
    store.setState({ weights, finder: EMPTY_FINDER });
  }

  function demandTrial(id: number) {
    const trial = store.getState().trials.find((one) => one.id === id);
    if (!trial) throw new LabError("internal", `Trial ${id} is not here any more.`);
    return trial;
  }

  function beginFromTrial(trialId: number, which: WhichWeights, change: Partial<TrialSettings>): string {
    const label = nameWeights(trialId, which);
    begin({ ...FRESH_WEIGHTS, choice: { kind: "trial", trialId, which }, label }, change);
    return label;
  }

  async function takeFile(file: File): Promise<void> {
    // The file's bytes never come to the page: the worker reads them.
    const { settings } = store.getState();
    const turn = ++choices;
    const summary = await workers.training.inspectWeights(file, file.name, settings);
    if (turn !== choices) return;
    const { arch, head, classes } = summary;
    // A head that was trained for as many targets is gone on with; one that is replaced anyway is the person's to choose. A trial that is run
    // again says itself what it is.
    const isAgain = store.getState().again.file !== null;
    const change = isAgain ? {} : classes.length === targetsOf(settings).length ? { arch, head } : { arch };
    begin({ ...FRESH_WEIGHTS, choice: { kind: "file", name: file.name, file }, label: file.name, summary }, change);
    announce({ type: "weights", ...summary });
    say(`${file.name} is taken: ${arch}, ${formatNames(classes)}. The next trial begins from it.`);
  }

  return {
    takeWeights: (file) => takeFile(file).catch(fail),
    async fetchWeights(address) {
      if (fetching) return;
      const attempt = new AbortController();
      fetching = attempt;
      patch("weights", { failure: null, fetched: { done: 0, total: null } });
      try {
        const file = await fetchWeights(address, attempt.signal, (fetched) => patch("weights", { fetched }));
        if (file) await takeFile(file);
        else say("The download is stopped.");
      } catch (error) {
        fail(error);
      } finally {
        fetching = null;
        patch("weights", { fetched: null });
      }
    },
    stopFetching: () => fetching?.abort(),
    async takeTrialWeights(id, which) {
      const { arch, head } = demandTrial(id).settings;
      say(`The next trial begins from ${beginFromTrial(id, which, { arch, head })}.`);
    },
    continueAtSize(id, which, imageSize) {
      const trial = demandTrial(id);
      const other = describeOtherDataset(trial, store.getState().dataset.summary);
      if (other) return say(other);
      const { gpuBudgetMiB } = store.getState().settings;
      const label = beginFromTrial(id, which, { ...trial.settings, imageSize, gpuBudgetMiB });
      store.setState({ step: "dataset" });
      say(
        `The next trial goes on from ${label} at ${imageSize} px, with all else as it was. Prepare films at the new size, then find a rate.`,
      );
    },
    clearWeights() {
      begin(FRESH_WEIGHTS);
      say("The next trial begins from fresh weights.");
    },
  };
}
