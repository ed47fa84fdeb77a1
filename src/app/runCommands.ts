// Commands that use the GPU: find a learning rate, train, pause, go on, evaluate.
import * as Comlink from "comlink";
import type { PreparedSample } from "../protocol/dataset";
import { type Failure, LabError, toFailure } from "../protocol/labError";
import { targetsOf } from "../protocol/settings";
import {
  type EvaluateEvent,
  type EvaluateRequest,
  FINDER_DEFAULTS,
  type FinderEvent,
  type TrainEvent,
  type Trial,
} from "../protocol/training";
import { announce, type LabContext } from "./context";
import { chooseEvaluated } from "./evaluated";
import type { Forecasts } from "./forecasts";
import { formatCount, formatLr, formatPlural, nameAuroc } from "./format";
import { freezeDataset } from "./freezeDataset";
import { EMPTY_EVALUATION, EMPTY_FINDER, EMPTY_RUN, FRESH_WEIGHTS } from "./initialState";
import { type JobHandle, watchJob } from "./jobs";
import type { LabCommands, RunState } from "./state";

type RunCommands = Pick<
  LabCommands,
  | "allowSoftwareAdapter"
  | "findLr"
  | "stopFinder"
  | "pickMaxLr"
  | "train"
  | "pause"
  | "resume"
  | "stop"
  | "continueTrial"
  | "showTrial"
  | "evaluate"
  | "stopEvaluating"
> & { openGpu(): Promise<void>; loadTrials(): Promise<Trial[]> };

type GpuPart = "finder" | "run" | "evaluation";

export function createRunCommands(context: LabContext, forecasts: Pick<Forecasts, "demandFit" | "demandTrialFits">): RunCommands {
  const { store, workers, patch, say, measureDisk } = context;
  let finding: JobHandle | null = null;
  let running: JobHandle | null = null;
  let evaluating: JobHandle | null = null;
  /** What has the GPU, from the moment it is asked for: a second click in between must not start a second job. */
  let underWay: { part: GpuPart; name: string; ended: Promise<void> } | null = null;

  async function openAdapter(allowSoftware: boolean): Promise<void> {
    patch("gpu", { state: "asking", failure: null });
    try {
      patch("gpu", { state: "ready", report: await workers.training.openAdapter(allowSoftware) });
    } catch (error) {
      const failure = toFailure(error);
      patch("gpu", { state: failure.code === "softwareAdapter" ? "software" : "missing", failure });
      if (failure.code !== "softwareAdapter") say(failure.message);
    }
  }

  function preparedSample(): PreparedSample {
    const { sample } = store.getState().preparation;
    if (!sample) throw new LabError("filmsNotPrepared", "Prepare the films first: the net reads the prepared ones.");
    return sample;
  }

  async function loadTrials(): Promise<Trial[]> {
    const trials = await workers.training.listTrials();
    store.setState({ trials });
    await measureDisk();
    return trials;
  }

  /** After a job: a list that cannot be read is no failure of the job's. */
  async function refreshTrials(): Promise<void> {
    await loadTrials().catch((error: unknown) => say(toFailure(error).message));
  }

  function fail(part: GpuPart, failure: Failure): void {
    // What does not fit has not begun: nothing that is shown has failed, and the ways out stand beside the settings.
    if (failure.code !== "overBudget") patch(part, { state: "failed", failure });
    say(failure.message);
    announce({ type: "failed", ...failure });
  }

  function onFinderEvent(event: FinderEvent): void {
    switch (event.type) {
      case "phase":
        patch("finder", { phase: event.phase, compiling: event.progress ?? null });
        if (event.detail) say(event.detail);
        break;
      case "points":
        patch("finder", { points: [...store.getState().finder.points, ...event.points], steps: event.steps });
        store.setState({ gpuBytes: event.gpuBytes });
        say(`LR Find: step ${formatCount(store.getState().finder.points.length)} of ${formatCount(event.steps)}.`);
        break;
      case "finished":
      case "stopped": {
        patch("finder", { state: event.type === "finished" ? "done" : "stopped", result: event.result });
        const { steepest, minimumOver10 } = event.result.suggestions;
        const named = [
          steepest !== null && `steepest at ${formatLr(steepest)}`,
          minimumOver10 !== null && `minimum / 10 at ${formatLr(minimumOver10)}`,
        ].filter(Boolean);
        say(`LR Find ${event.type}${named.length > 0 ? `: ${named.join(", ")}. Pick a max LR on the curve.` : "."}`);
        announce({ type: "finder", ...event.result });
        break;
      }
      case "failed":
        fail("finder", event);
        break;
    }
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
        if (run.trial) {
          patch("run", { trial: { ...run.trial, checkpoints: { ...run.trial.checkpoints, last: event.checkpoint } } });
        }
        announce({ ...event.checkpoint, type: "checkpoint" });
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

  /** Runs `start` where nothing else has the GPU, and shows what it throws where `part` stands. */
  async function alone(part: GpuPart, name: string, start: () => Promise<void>): Promise<void> {
    // A finder that was given up when settings changed may still be on its way out.
    if (underWay?.part === "finder" && store.getState().finder.state === "idle") await underWay.ended;
    if (underWay) return say(`${underWay.name} is under way: wait for its end, or stop it.`);
    const ended = start()
      .catch((error: unknown) => fail(part, toFailure(error)))
      .finally(() => {
        underWay = null;
        store.setState({ gpuBytes: 0 });
      });
    underWay = { part, name, ended };
    await ended;
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
    openGpu: () => openAdapter(false),
    allowSoftwareAdapter: () => openAdapter(true),
    loadTrials,

    async findLr() {
      await alone("finder", "LR Find", async () => {
        const settings = await forecasts.demandFit();
        const sample = preparedSample();
        const { weights } = store.getState();
        store.setState({ finder: { ...EMPTY_FINDER, state: "running", steps: FINDER_DEFAULTS.steps } });
        const request = { settings, sample, weights: weights.choice, finder: FINDER_DEFAULTS };
        const job = watchJob<FinderEvent>(
          (port) => workers.training.find(request, Comlink.transfer(port, [port])),
          (event) => {
            // Settings, films or weights changed under it: the curve would belong to none that are now chosen.
            if (store.getState().finder.state === "idle") job.send({ type: "stop" });
            else onFinderEvent(event);
          },
        );
        finding = job;
        await job.done;
        finding = null;
      });
    },
    stopFinder() {
      if (!finding) return;
      patch("finder", { state: "stopping" });
      finding.send({ type: "stop" });
    },
    pickMaxLr(lr) {
      if (!(lr > 0) || !Number.isFinite(lr)) return;
      store.setState((state) => ({
        settings: { ...state.settings, maxLr: lr },
        finder: state.finder.result ? { ...state.finder, result: { ...state.finder.result, chosen: lr } } : state.finder,
      }));
      say(`Max LR is ${formatLr(lr)}.`);
    },

    async train() {
      await alone("run", "A trial", async () => {
        const settings = await forecasts.demandFit();
        const sample = preparedSample();
        const { weights, finder, dataset, preparation } = store.getState();
        if (!dataset.summary) throw new LabError("noFilms", "Open a dataset first.");
        const result = finder.result && { ...finder.result, chosen: settings.maxLr };
        const trial = await workers.training.createTrial({
          settings,
          sample,
          dataset: freezeDataset(dataset.summary, sample, preparation.failed),
          finder: result,
          weights: weights.choice,
          parent: weights.choice.kind === "fresh" ? null : weights.label,
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
      if (underWay?.part === "run") return say(`${underWay.name} is under way: wait for its end, or stop it.`);
      try {
        await showTrial(id);
      } catch (error) {
        fail("run", toFailure(error));
      }
    },

    async evaluate() {
      await alone("evaluation", "An evaluation", async () => {
        const { weights, run: shown } = store.getState();
        const fromWeights = weights.choice.kind !== "fresh";
        if (!fromWeights && !shown.trial) {
          throw new LabError("badSettings", "There are no weights to evaluate yet: train a trial, or choose a weights file.");
        }
        const ofTrial = shown.trial && !fromWeights ? shown.trial : null;
        const { trial, settings } = chooseEvaluated(store.getState());
        const request: EvaluateRequest = {
          settings,
          sample: trial ? await workers.training.readSample(trial.id) : preparedSample(),
          weights: ofTrial ? { kind: "trial", trialId: ofTrial.id, which: "last" } : weights.choice,
        };
        const label = ofTrial ? `Trial ${ofTrial.id}, last checkpoint` : weights.label;
        const name = ofTrial ? `trial-${ofTrial.id}` : weights.label.replace(/\.safetensors$/i, "");
        store.setState({
          evaluation: {
            ...EMPTY_EVALUATION,
            state: "running",
            label,
            name,
            total: request.sample.valid.slots.length,
          },
        });
        say(`Evaluating ${label}.`);
        evaluating = watchJob<EvaluateEvent>(
          (port) => workers.training.evaluate(request, Comlink.transfer(port, [port])),
          (event) => {
            if (event.type === "evaluateProgress") {
              patch("evaluation", { done: event.done, total: event.total });
              store.setState({ gpuBytes: event.gpuBytes });
            } else if (event.type === "phase") {
              patch("evaluation", { compiling: event.progress ?? null });
              say(event.detail);
            } else if (event.type === "stopped") {
              patch("evaluation", { state: "stopped" });
              say("The evaluation is stopped.");
            } else if (event.type === "failed") fail("evaluation", event);
            else if (event.type === "finished") {
              const { evaluation } = event;
              patch("evaluation", { state: "done", evaluation });
              const auroc =
                evaluation.auroc === null ? "" : `${nameAuroc(evaluation.targets.length)} ${evaluation.auroc.toFixed(3)}, `;
              say(`${label}: ${auroc}accuracy ${evaluation.accuracy.toFixed(3)} on ${formatPlural(evaluation.films, "film")}.`);
              announce({ type: "evaluated", ...evaluation });
            }
          },
        );
        await evaluating.done;
        evaluating = null;
      });
    },
    stopEvaluating() {
      if (!evaluating) return;
      patch("evaluation", { state: "stopping" });
      evaluating.send({ type: "stop" });
    },
  };
}

function stateInPhase(state: RunState["state"], phase: string): RunState["state"] {
  if (phase === "paused") return "paused";
  return state === "paused" ? "running" : state;
}
