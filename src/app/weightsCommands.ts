// Commands on what the next trial begins from: fresh weights, a file's, those at an address, or an earlier trial's.
import { findClasses } from "../protocol/findClasses";
import { LabError, toFailure } from "../protocol/labError";
import { SCALE_WORDS } from "../protocol/replacement";
import { DEFAULT_SETTINGS, type TrialSettings, targetsOf } from "../protocol/settings";
import type { WhichWeights } from "../protocol/training";
import { announce, type LabContext } from "./context";
import { fetchWeights } from "./fetchWeights";
import { formatNames } from "./format";
import { EMPTY_FINDER, FRESH_WEIGHTS } from "./initialState";
import type { LabCommands } from "./labCommands";
import { nameWeights } from "./offeredWeights";
import { describeOtherDataset } from "./sameDataset";
import type { WeightsState } from "./state";

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

  /** A trial that is run again says itself what it is. */
  const isAgain = () => store.getState().again.file !== null;

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
    const summary = await workers.training.inspectWeights(file, file.name, settings.arch);
    if (turn !== choices) return;
    const { arch, head, normalisation, classes } = summary;
    const targets = targetsOf(settings).map(({ target }) => target);
    // A head that was trained for these targets, or as many, is gone on with; one that is replaced anyway is the person's to choose.
    const isKept = classes.length === targets.length || findClasses(classes, targets) !== null;
    const change = { arch, normalisation, ...(isKept && { head }) };
    const weights = { ...FRESH_WEIGHTS, choice: { kind: "file", name: file.name, file }, label: file.name, summary } as const;
    begin(weights, isAgain() ? {} : change);
    announce({ type: "weights", ...summary });
    const scaled =
      isAgain() || normalisation === settings.normalisation ? "" : ` Films are scaled ${SCALE_WORDS[normalisation]} from now on.`;
    say(`${file.name} is taken: ${arch}, ${formatNames(classes) || "no classifier"}. The next trial begins from it.${scaled}`);
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
      const { arch, head, normalisation } = demandTrial(id).settings;
      say(`The next trial begins from ${beginFromTrial(id, which, { arch, head, normalisation })}.`);
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
      const { normalisation } = DEFAULT_SETTINGS;
      begin(FRESH_WEIGHTS, isAgain() ? {} : { normalisation });
      say("The next trial begins from fresh weights.");
    },
  };
}
