// The commands of a run: start, pause, go on, show; and what its events make of the page.
import * as Comlink from "comlink";
import { LabError, toFailure } from "../protocol/labError";
import type { TrainEvent, Trial } from "../protocol/training";
import type { LabContext } from "./context";
import type { Forecasts } from "./forecasts";
import { freezeDataset } from "./freezeDataset";
import { summariseCheck } from "./gpuCheckCommands";
import type { GpuJobs } from "./gpuJobs";
import { EMPTY_EVALUATION, EMPTY_FINDER, EMPTY_RUN, FRESH_WEIGHTS, NOT_AGAIN } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import type { LabCommands } from "./labCommands";
import { demandOffered } from "./offeredFeatures";
import type { RunBroadcast } from "./onlooking";
import { demandPreparedSample } from "./preparedSample";
import { createRunEvents } from "./runEvents";
import type { RunState } from "./state";

type TrainCommands = Pick<LabCommands, "train" | "pause" | "resume" | "stop" | "continueTrial" | "beginAgain" | "showTrial"> & {
  /** From now on other tabs of the lab may look on. */
  letLookOn(): void;
  /** Shows another tab's run, until the returned function is called. */
  lookOn(): () => void;
};

export function createTrainCommands(
  context: LabContext,
  { alone, fail, underWay }: GpuJobs,
  forecasts: Pick<Forecasts, "demandFit" | "demandTrialFits">,
  loadTrials: () => Promise<Trial[]>,
  broadcast: RunBroadcast,
): TrainCommands {
  const { store, workers, patch, say, askToPersist } = context;
  const showEvent = createRunEvents(context, fail);
  let running: JobHandle | null = null;
  /** Trials take a while to be read: only the one that was asked for last may be shown. */
  let shows = 0;

  /** After a job, here or in the tab that acts: a list that cannot be read is no failure of the job's. */
  async function refreshTrials(): Promise<void> {
    await loadTrials().catch((error: unknown) => say(toFailure(error).message));
  }

  function onTrainEvent(event: TrainEvent): void {
    showEvent(event);
    broadcast.tell(event);
  }

  const checkedCard = () => {
    const { report } = store.getState().gpuCheck;
    return report && { gpuCheck: summariseCheck(report) };
  };

  async function run(trial: Trial, { steps, stepsSeen }: Pick<RunState, "steps" | "stepsSeen"> = EMPTY_RUN): Promise<void> {
    const { gpu, trials } = store.getState();
    const { report: adapter } = gpu;
    store.setState({
      step: "train",
      // As the newest, where it is new.
      ...(!trials.some(({ id }) => id === trial.id) && { trials: [...trials, trial] }),
      run: {
        ...EMPTY_RUN,
        state: "running",
        trial: { ...trial, adapter },
        steps,
        stepsSeen,
        stepsTotal: trial.stepsTotal,
      },
    });
    broadcast.show(store.getState().run);
    const job = watchJob<TrainEvent>(
      (port) => workers.training.train(trial.id, Comlink.transfer(port, [port]), trial.settings.gpuBudgetMiB),
      onTrainEvent,
    );
    running = job;
    await job.done;
    running = null;
    if (store.getState().run.failure?.proposal) await rollBack(trial.id).catch((error: unknown) => say(toFailure(error).message));
  }

  /** A trial whose numbers failed stands at its last good checkpoint: steps and epochs after it are no part of it. */
  async function rollBack(id: number): Promise<void> {
    const [kept] = await workers.training.listTrials([id]);
    if (!kept) return;
    patch("run", { trial: kept, stepsSeen: kept.stepsDone });
    broadcast.show(store.getState().run);
  }

  async function readShown(id: number): Promise<RunState & { trial: Trial }> {
    const [trial] = await workers.training.listTrials([id]);
    if (!trial) throw new LabError("internal", `Trial ${id} is not here any more.`);
    const steps = await workers.training.readSteps(id);
    const state = trial.state === "finished" ? "done" : trial.state === "failed" ? "failed" : "stopped";
    const { stepsTotal, failure } = trial;
    return { ...EMPTY_RUN, state, trial, steps, stepsSeen: steps.epoch.length, stepsTotal, failure };
  }

  async function continueTrial(id: number): Promise<void> {
    askToPersist();
    await alone("run", `Trial ${id}`, async () => {
      const shown = await readShown(id);
      store.setState({ step: "train", run: shown });
      // What a run may take of the machine is the page's to say; all else is the trial's.
      const { gpuBudgetMiB } = store.getState().settings;
      const trial = { ...shown.trial, settings: { ...shown.trial.settings, gpuBudgetMiB } };
      try {
        demandOffered(store.getState(), trial.settings);
        await forecasts.demandTrialFits(trial);
      } catch (error) {
        patch("run", { failure: toFailure(error) });
        throw error;
      }
      await run(trial, shown);
    });
    await refreshTrials();
  }

  return {
    letLookOn() {
      broadcast.answer(() => store.getState().run);
      // Tabs that looked on when the one before was closed still show its run.
      broadcast.show(store.getState().run);
    },
    lookOn: () =>
      broadcast.lookOn(
        (run) => {
          store.setState({ run, ...(run.trial && { step: "train" }) });
          void refreshTrials();
        },
        (event) => {
          showEvent(event);
          if (event.type === "finished" || event.type === "stopped" || event.type === "failed") void refreshTrials();
        },
      ),

    async train() {
      askToPersist();
      await alone("run", "A trial", async () => {
        const settings = await forecasts.demandFit();
        demandOffered(store.getState(), settings);
        const sample = demandPreparedSample(store.getState());
        const { weights, finder, dataset, preparation, again } = store.getState();
        if (!dataset.summary) throw new LabError("noFilms", "Open a dataset first.");
        const trial = await workers.training.createTrial({
          settings,
          sample,
          dataset: freezeDataset(dataset.summary, sample, preparation.failed),
          finder: finder.result,
          weights: weights.choice,
          ...(again.file && { again: again.file }),
          ...checkedCard(),
        });
        // The trial keeps its curve; the next one begins from fresh weights, for which a curve of others says nothing.
        // What was chosen while the trial was being made is the next one's already.
        if (store.getState().weights.choice === weights.choice) {
          store.setState({ weights: FRESH_WEIGHTS, ...(weights.choice.kind !== "fresh" && { finder: EMPTY_FINDER }) });
        }
        if (store.getState().again.file === again.file) store.setState({ again: NOT_AGAIN });
        store.setState({ evaluation: EMPTY_EVALUATION });
        await run(trial);
      });
      await refreshTrials();
    },
    pause() {
      if (!running) return;
      patch("run", { state: "pausing" });
      running.send({ type: "pause" });
    },
    resume() {
      const { trial } = store.getState().run;
      if (running) running.send({ type: "resume" });
      else if (trial) void continueTrial(trial.id);
    },
    stop() {
      if (!running) return;
      patch("run", { state: "stopping" });
      running.send({ type: "stop" });
    },
    continueTrial,
    async beginAgain() {
      const { trial, failure } = store.getState().run;
      if (!trial || !failure?.proposal) return;
      const settings = { ...trial.settings, ...failure.proposal };
      const isKept = trial.checkpoints.last !== null;
      await alone("run", "A trial", async () => {
        demandOffered(store.getState(), settings);
        await forecasts.demandTrialFits({ ...trial, settings });
        const again = await workers.training.createTrial({
          settings,
          sample: await workers.training.readSample(trial.id),
          dataset: trial.dataset,
          finder: trial.finder && { ...trial.finder, chosen: settings.maxLr },
          weights: isKept ? { kind: "trial", trialId: trial.id, which: "last" } : { kind: "fresh" },
          ...checkedCard(),
        });
        store.setState({ evaluation: EMPTY_EVALUATION });
        await run(again);
      });
      await refreshTrials();
    },
    async showTrial(id, stays = false) {
      if (underWay()?.part === "run") return say(`${underWay()?.name} is under way: wait for its end, or stop it.`);
      const turn = ++shows;
      try {
        const shown = await readShown(id);
        if (turn === shows && underWay()?.part !== "run") store.setState({ run: shown, ...(!stays && { step: "train" }) });
      } catch (error) {
        fail("run", toFailure(error));
      }
    },
  };
}
