// The commands of a run: start, pause, go on, show; and what its events make of the page.
import * as Comlink from "comlink";
import { LabError, toFailure } from "../protocol/labError";
import { targetsOf } from "../protocol/settings";
import type { TrainEvent, Trial } from "../protocol/training";
import { announce, type LabContext } from "./context";
import type { Forecasts } from "./forecasts";
import { formatCount, nameAuroc } from "./format";
import { freezeDataset } from "./freezeDataset";
import type { GpuJobs } from "./gpuJobs";
import { EMPTY_EVALUATION, EMPTY_FINDER, EMPTY_RUN, FRESH_WEIGHTS } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import { demandPreparedSample } from "./preparedSample";
import type { LabCommands, RunState } from "./state";

type TrainCommands = Pick<LabCommands, "train" | "pause" | "resume" | "stop" | "continueTrial" | "showTrial">;

export function createTrainCommands(
  context: LabContext,
  { alone, fail, underWay }: GpuJobs,
  forecasts: Pick<Forecasts, "demandFit" | "demandTrialFits">,
  loadTrials: () => Promise<Trial[]>,
): TrainCommands {
  const { store, workers, patch, say } = context;
  let running: JobHandle | null = null;

  /** After a job: a list that cannot be read is no failure of the job's. */
  async function refreshTrials(): Promise<void> {
    await loadTrials().catch((error: unknown) => say(toFailure(error).message));
  }

  function onTrainEvent(event: TrainEvent): void {
    const { run } = store.getState();
    switch (event.type) {
      case "phase":
        patch("run", {
          phase: event.phase,
          phaseDetail: event.detail,
          compiling: event.progress ?? null,
          state: stateInPhase(run.state, event.phase),
        });
        if (event.detail) say(event.detail);
        break;
      case "schedule":
        patch("run", { comingLr: event.lrs });
        break;
      case "steps": {
        const { steps, stepsTotal, filmsPerSecond, secondsLeft, gpuBytes } = event;
        // A run that fell back to an earlier checkpoint takes its later steps again.
        while (run.steps.length > (steps[0]?.step ?? 0)) run.steps.pop();
        run.steps.push(...steps);
        patch("run", { stepsSeen: run.steps.length, stepsTotal, filmsPerSecond, secondsLeft });
        store.setState({ gpuBytes });
        const last = steps.at(-1);
        if (last) {
          const { epochs } = run.trial?.settings ?? store.getState().settings;
          say(
            `Training: epoch ${last.epoch + 1} of ${epochs}, step ${formatCount(last.step + 1)} of ${formatCount(stepsTotal)}.`,
          );
        }
        for (const step of steps) announce({ type: "step", ...step });
        break;
      }
      case "epochEnd":
        if (run.trial) {
          const earlier = run.trial.epochs.filter(({ epoch }) => epoch < event.epoch.epoch);
          patch("run", { trial: { ...run.trial, epochs: [...earlier, event.epoch] } });
        }
        announce({ ...event.epoch, type: "epochEnd", gpuBytes: event.gpuBytes, tensors: event.tensors });
        break;
      case "checkpoint":
        if (run.trial) patch("run", { trial: { ...run.trial, checkpoints: event.checkpoints } });
        announce({ ...event.checkpoints.last, type: "checkpoint" });
        break;
      case "notice":
        patch("run", { notices: [...run.notices, event.message] });
        say(event.message);
        break;
      case "finished":
      case "stopped": {
        patch("run", { state: event.type === "finished" ? "done" : "stopped", trial: event.trial, secondsLeft: 0 });
        const auroc = event.trial.epochs.at(-1)?.auroc;
        const name = nameAuroc(targetsOf(event.trial.settings).length);
        say(
          event.type === "finished"
            ? `Trial ${event.trial.id} finished${auroc == null ? "" : ` with a validation ${name} of ${auroc.toFixed(3)}`}.`
            : `Trial ${event.trial.id} stopped at step ${formatCount(event.trial.stepsDone)}. Resume goes on from there.`,
        );
        announce({ type: event.type === "finished" ? "trained" : "stopped", trial: event.trial });
        break;
      }
      case "failed":
        fail("run", event);
        break;
    }
  }

  async function run(trial: Trial, steps: RunState["steps"]): Promise<void> {
    const { report: adapter } = store.getState().gpu;
    store.setState({
      step: "train",
      run: {
        ...EMPTY_RUN,
        state: "running",
        trial: { ...trial, adapter },
        steps,
        stepsSeen: steps.length,
        stepsTotal: trial.stepsTotal,
      },
    });
    const job = watchJob<TrainEvent>(
      (port) => workers.training.train(trial.id, Comlink.transfer(port, [port]), trial.settings.gpuBudgetMiB),
      onTrainEvent,
    );
    running = job;
    await job.done;
    running = null;
  }

  async function showTrial(id: number): Promise<Trial> {
    const trials = await loadTrials();
    const trial = trials.find((one) => one.id === id);
    if (!trial) throw new LabError("internal", `Trial ${id} is not here any more.`);
    const steps = await workers.training.readSteps(id);
    const state = trial.state === "finished" ? "done" : trial.state === "failed" ? "failed" : "stopped";
    const { stepsTotal, failure } = trial;
    store.setState({ step: "train", run: { ...EMPTY_RUN, state, trial, steps, stepsSeen: steps.length, stepsTotal, failure } });
    return trial;
  }

  async function continueTrial(id: number): Promise<void> {
    await alone("run", `Trial ${id}`, async () => {
      const shown = await showTrial(id);
      // What a run may take of the machine is the page's to say; all else is the trial's.
      const { gpuBudgetMiB } = store.getState().settings;
      const trial = { ...shown, settings: { ...shown.settings, gpuBudgetMiB } };
      try {
        await forecasts.demandTrialFits(trial);
      } catch (error) {
        patch("run", { failure: toFailure(error) });
        throw error;
      }
      await run(trial, store.getState().run.steps);
    });
    await refreshTrials();
  }

  return {
    async train() {
      await alone("run", "A trial", async () => {
        const settings = await forecasts.demandFit();
        const sample = demandPreparedSample(store.getState());
        const { weights, finder, dataset, preparation } = store.getState();
        if (!dataset.summary) throw new LabError("noFilms", "Open a dataset first.");
        const trial = await workers.training.createTrial({
          settings,
          sample,
          dataset: freezeDataset(dataset.summary, sample, preparation.failed),
          finder: finder.result,
          weights: weights.choice,
        });
        // The trial keeps its curve; the next one begins from fresh weights, for which a curve of others says nothing.
        const curve = weights.choice.kind === "fresh" ? finder : EMPTY_FINDER;
        store.setState({ weights: FRESH_WEIGHTS, finder: curve, evaluation: EMPTY_EVALUATION });
        await run(trial, []);
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
    async showTrial(id) {
      if (underWay()?.part === "run") return say(`${underWay()?.name} is under way: wait for its end, or stop it.`);
      try {
        await showTrial(id);
      } catch (error) {
        fail("run", toFailure(error));
      }
    },
  };
}

function stateInPhase(state: RunState["state"], phase: string): RunState["state"] {
  if (phase === "paused") return "paused";
  return state === "paused" ? "running" : state;
}
